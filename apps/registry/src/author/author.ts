import { ToolplaneError, type FieldError } from '@toolplane/contracts/errors';
import type { ToolRegistryChanged } from '@toolplane/contracts/events';
import { mayDo } from '@toolplane/service-kit';

export type Origin = 'api' | 'config';
export type Maker = NonNullable<ToolRegistryChanged['data']['changedBy']>;

/** Whoever changes definitions: a caller over HTTP, or the configuration files of the deployment. */
export interface Author {
  readonly tenantId: string;
  readonly principal: Maker;
  readonly roles: readonly string[];
  /** Absent: over the API. */
  readonly origin?: Origin;
}

export const originOf = ({ origin = 'api' }: Author): Origin => origin;

/** What a file declares would be undone by its next reading. @throws ToolplaneError DECLARED_IN_FILE */
export const refuseDeclared = (author: Author, row: { readonly origin: Origin }, details: readonly FieldError[] = []): void => {
  if (row.origin === 'config' && originOf(author) !== 'config') throw new ToolplaneError('DECLARED_IN_FILE', { details });
};

/** @throws ToolplaneError FORBIDDEN */
export const refuseUnlessGlobal = ({ roles }: Author, what: string): void => {
  if (!mayDo(roles, 'global:write')) throw new ToolplaneError('FORBIDDEN', { message: `global ${what} are read-only for tenants` });
};

/** How an author is recorded as maker of something. */
export const makerOf = ({ principal }: Pick<Author, 'principal'>): Maker => ({ type: principal.type, id: principal.id });
