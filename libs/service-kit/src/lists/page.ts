import { encodeCursor } from './cursor.js';

/** What a list answers. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** Cursor of the next page; null on the last. */
  readonly next: string | null;
}

/** Most items a page may have. */
export const MAX_LIMIT = 200;
export const DEFAULT_LIMIT = 50;

/**
 * Makes a page of rows that were asked for with one more than the limit: the one too many says that there is a next page.
 * @param keyOf the sort key of a row, as the query's order has it.
 */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  keyOf: (row: Row) => readonly (string | number)[],
  itemOf: (row: Row) => Item,
): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { items: shown.map(itemOf), next: rows.length > limit && last !== undefined ? encodeCursor(keyOf(last)) : null };
}
