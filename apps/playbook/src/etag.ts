import { ToolplaneError } from '@toolplane/contracts/errors';

/** Strong entity tag of a row: every change makes another one. */
export const etagOf = ({ revision }: { readonly revision: number }): string => `"${revision}"`;

/** @throws ToolplaneError PRECONDITION_FAILED where `If-Match` names another state than the stored one. */
export function refuseUnlessMatch(ifMatch: string | undefined, row: { readonly revision: number }): void {
  const tags = ifMatch?.split(',').map((tag) => tag.trim());
  if (tags && !tags.includes('*') && !tags.includes(etagOf(row))) throw new ToolplaneError('PRECONDITION_FAILED');
}
