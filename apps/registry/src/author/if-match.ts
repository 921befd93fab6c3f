import { ToolplaneError } from '@toolplane/contracts/errors';

/** Whether `If-Match` names the tag; absent it asks for nothing. */
export const meetsIfMatch = (ifMatch: string | undefined, etag: string): boolean =>
  ifMatch === undefined || ifMatch.split(',').some((tag) => tag.trim() === '*' || tag.trim() === etag);

/** Strong entity tag of what has one revision. */
export const revisionTag = ({ revision }: { readonly revision: number }): string => `"${revision}"`;

/** Nothing is there to match where the row is undefined. @throws ToolplaneError PRECONDITION_FAILED */
export const refuseStale = (ifMatch: string | undefined, row: { readonly revision: number } | undefined): void => {
  if (row ? !meetsIfMatch(ifMatch, revisionTag(row)) : ifMatch !== undefined) throw new ToolplaneError('PRECONDITION_FAILED');
};
