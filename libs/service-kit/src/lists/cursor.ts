import { ToolplaneError } from '@toolplane/contracts/errors';

/** What a cursor may hold, so that a forged one never reaches a query with a value the column cannot take. */
const KINDS = {
  text: (value: unknown): boolean => typeof value === 'string' && value.length <= 1_024 && !value.includes('\u0000'),
  integer: (value: unknown): boolean => Number.isSafeInteger(value),
  uuid: (value: unknown): boolean => typeof value === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value),
  time: (value: unknown): boolean => typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/.test(value) && !Number.isNaN(Date.parse(value)),
} as const;
export type CursorKind = keyof typeof KINDS;

type ValueOf<Kind extends CursorKind> = Kind extends 'integer' ? number : string;
export type CursorValues<Kinds extends readonly CursorKind[]> = { readonly [Index in keyof Kinds]: ValueOf<Kinds[Index]> };

/** Writes the sort key of the last item of a page. Opaque to the caller, not secret. */
export const encodeCursor = (values: readonly (string | number)[]): string => Buffer.from(JSON.stringify(values)).toString('base64url');

/**
 * Reads a cursor whose values must be of these kinds, in this order; undefined where there is none.
 * @throws ToolplaneError CURSOR_INVALID
 */
export function decodeCursor<const Kinds extends readonly CursorKind[]>(cursor: string | undefined, kinds: Kinds): CursorValues<Kinds> | undefined {
  if (cursor === undefined) return undefined;
  const values = read(cursor);
  const valid = Array.isArray(values) && values.length === kinds.length && kinds.every((kind, index) => KINDS[kind](values[index]));
  if (!valid) throw new ToolplaneError('CURSOR_INVALID');
  return values as unknown as CursorValues<Kinds>;
}

const read = (cursor: string): unknown => {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown;
  } catch {
    return undefined;
  }
};
