import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { batchOf } from './batch-of.js';
import { jsonWithoutNul, storable, storableText } from './nul.js';
import { testDatabase, type TestDatabase } from './testing/index.js';

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase({ service: 'example', migrations: [] });
});
afterAll(() => db.close());

const all = batchOf({ someText: 'text', id: 'uuid', count: 'int', total: 'bigint', part: 'float8', open: 'bool', madeAt: 'timestamptz', document: 'json' });
const binary = batchOf({ doc: 'jsonb', raw: 'rawJson', bytes: 'bytea' });

describe('batchOf', () => {
  it('names its columns in snake case, in order, as one row source', () => {
    expect(batchOf({ tenantId: 'text', id: 'uuid' }, { first: 3 }).source).toBe('unnest($3::text[], $4::uuid[]) as row (tenant_id, id)');
    expect(all.columns).toBe('some_text, id, count, total, part, open, made_at, document');
  });

  it('brings every value back as it was, whatever stands in it', async () => {
    const text = fc.string({ unit: 'binary' }).map((value) => storableText(value));
    const row = fc.record({
      someText: fc.option(text),
      id: fc.option(fc.uuid()),
      count: fc.option(fc.integer()),
      total: fc.option(fc.maxSafeInteger()),
      part: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0)),
      open: fc.option(fc.boolean()),
      madeAt: fc.option(fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })),
      document: fc.option(fc.dictionary(fc.string(), fc.jsonValue())).map((value) => storable(value)),
    });
    const select = `select some_text as "someText", id, count, total, part, open, made_at as "madeAt", document from ${all.source}`;
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 20 }), async (rows) => {
        const back = await db.database.asWorker((tx) => tx.query(select, all.values(rows)));
        expect(JSON.parse(JSON.stringify(back))).toEqual(JSON.parse(JSON.stringify(rows)));
      }),
      { numRuns: 60 },
    );
  });

  it('takes documents with a NUL, and JSON that is text already', async () => {
    const rows = [{ doc: { 'a\0': ['\0', '\\u0000', '"\\'] }, raw: '{"b":"\\u0000"}', bytes: Buffer.from('00ff5c22', 'hex') }];
    const back = await db.database.asWorker((tx) => tx.query(`select doc, raw->>'b' as b, bytes from ${binary.source}`, binary.values(rows)));
    expect(back).toEqual([{ doc: { 'a␀': ['␀', '\\u0000', '"\\'] }, b: '␀', bytes: Buffer.from('00ff5c22', 'hex') }]);
  });
});

describe('NUL', () => {
  it('becomes its symbol in text and in JSON, and an escaped backslash before u0000 is left alone', () => {
    expect(storableText('a\0b')).toBe('a␀b');
    expect(jsonWithoutNul(JSON.stringify(['\0', '\\u0000', '\\\0']))).toBe(JSON.stringify(['␀', '\\u0000', '\\␀']));
  });

  it('is not the only thing that text cannot hold: half a surrogate pair becomes U+FFFD there, and stays itself in a document', async () => {
    expect(storableText('a\ud800b\udc00\u{1f600}\udbff')).toBe('a\ufffdb\ufffd\u{1f600}\ufffd');
    const batch = batchOf({ text: 'text', document: 'json' });
    const rows = [{ text: 'a\ud800', document: { 'b\udc00': ['\ud800', '\u{1f600}'] } }];
    const back = await db.database.asWorker((tx) => tx.query(`select text, document from ${batch.source}`, batch.values(rows)));
    expect(back).toEqual([{ text: 'a\ufffd', document: { 'b\udc00': ['\ud800', '\u{1f600}'] } }]);
  });

  it('leaves a value without it untouched, the same object', () => {
    const value = { a: ['b'] };
    expect(storable(value)).toBe(value);
    expect(storable({ a: '\0' })).toEqual({ a: '␀' });
    expect(storable(undefined)).toBeUndefined();
  });
});
