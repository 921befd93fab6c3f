import { decodeCursor, encodeCursor } from './cursor.js';
import { pageOf } from './page.js';

const UUID = '0910f337-bcfe-5d40-bebe-04bd023aed9b';

describe('cursors', () => {
  it('come back as they were', () => {
    const values = ['2026-11-20T12:00:00.000Z', UUID, 17, 'a name'] as const;
    expect(decodeCursor(encodeCursor(values), ['time', 'uuid', 'integer', 'text'])).toEqual(values);
    expect(decodeCursor(undefined, ['uuid'])).toBeUndefined();
  });

  it.each([
    ['nonsense', '%%%'],
    ['JSON of another kind', Buffer.from('{"a":1}').toString('base64url')],
    ['too few values', encodeCursor([UUID])],
    ['a time that is none', encodeCursor(['2026-13-45T99:00:00.000Z', UUID])],
    ['SQL for a uuid', encodeCursor(['2026-11-20T12:00:00.000Z', "'; drop table x"])],
  ])('refuse %s', (_, cursor) => {
    expect(() => decodeCursor(cursor, ['time', 'uuid'])).toThrow(expect.objectContaining({ code: 'CURSOR_INVALID' }) as Error);
  });
});

describe('pageOf', () => {
  const page = (rows: readonly number[]) => pageOf(rows, 2, (row) => [row], (row) => ({ row }));

  it('says by the row too many that there is a next page, which begins after the last shown', () => {
    const { items, next } = page([1, 2, 3]);
    expect(items).toEqual([{ row: 1 }, { row: 2 }]);
    expect(decodeCursor(next ?? '', ['integer'])).toEqual([2]);
  });

  it('ends with null', () => {
    expect(page([1, 2]).next).toBeNull();
    expect(page([]).next).toBeNull();
  });
});
