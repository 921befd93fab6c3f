import type { FieldError } from '../errors/toolplane-error.js';

/** Names of tools, toolkits, agent types and playbooks. */
export const NAME_PATTERN = '^[a-z0-9][a-z0-9_-]{0,254}$';
export const TENANT_ID_PATTERN = '^[a-z0-9][a-z0-9-]{0,62}$';
export const CATEGORY_PATTERN = '^[a-z0-9][a-z0-9_-]{0,63}$';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** Segments of our own paths beside which a name would be ambiguous. */
const RESERVED: readonly string[] = ['executions'];

/** Whether a path segment is to be read as an id: names in this form are refused, so that a segment is never both. */
export const isUuid = (text: string): boolean => UUID.test(text);

/** The form on which names are unique: two names that a person could take for one another are one name. */
export const foldName = (name: string): string => name.normalize('NFKC').toLowerCase().replaceAll(/[-_]/g, '');

export const checkName = (name: string, pointer = '/name'): FieldError[] => {
  if (!new RegExp(NAME_PATTERN).test(name)) {
    return [{ pointer, detail: 'must be 1 to 255 of a-z, 0-9, _ and -, and begin with a letter or digit' }];
  }
  if (isUuid(name)) return [{ pointer, detail: 'must not have the form of a UUID: ids have it' }];
  if (RESERVED.includes(name)) return [{ pointer, detail: `"${name}" is a path of the API` }];
  if (foldName(name) === '') return [{ pointer, detail: 'needs a letter or digit' }];
  return [];
};
