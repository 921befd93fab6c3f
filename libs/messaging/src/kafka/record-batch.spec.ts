import { createRequire } from 'node:module';
import fc from 'fast-check';
import { readRecordBatches, type DecodedRecord } from './record-batch.js';

/** kafkajs’ own writer and reader of record batches, to compare with. */
const require = createRequire(import.meta.url);
type Message = { key: string | Buffer | null; value: string | Buffer | null; headers: Record<string, string | string[]>; offsetDelta: number; timestampDelta: number };
const encodeRecord = require('kafkajs/src/protocol/recordBatch/record/v0/index.js') as (record: Message) => unknown;
const encodeBatch = require('kafkajs/src/protocol/recordBatch/v0/index.js') as { RecordBatch(batch: object): Promise<{ buffer: Buffer }> };
const KafkaDecoder = require('kafkajs/src/protocol/decoder.js') as new (bytes: Buffer) => unknown;
const theirs = require('kafkajs/src/protocol/requests/fetch/v4/decodeMessages.js') as (decoder: unknown) => Promise<DecodedRecord[]>;

const batchOf = async (messages: readonly Partial<Message>[], firstOffset = 0): Promise<Buffer> => {
  const records = messages.map((message, at) => encodeRecord({ key: null, value: null, headers: {}, offsetDelta: at, timestampDelta: at, ...message }));
  const { buffer } = await encodeBatch.RecordBatch({
    firstOffset, firstTimestamp: 1_700_000_000_000, maxTimestamp: 1_700_000_001_000, lastOffsetDelta: messages.length - 1, records,
  });
  return Buffer.from(buffer);
};
const readByKafkajs = (bytes: Buffer): Promise<DecodedRecord[]> => {
  const size = Buffer.alloc(4);
  size.writeInt32BE(bytes.length);
  return theirs(new KafkaDecoder(Buffer.concat([size, bytes])));
};
const view = (records: readonly DecodedRecord[]) =>
  records.map(({ offset, timestamp, key, value, headers, isControlRecord, batchContext }) => ({
    offset, timestamp, isControlRecord, producer: batchContext.producerId, inTransaction: batchContext.inTransaction,
    key: key && Buffer.from(key).toString('hex'), value: value && Buffer.from(value).toString('hex'),
    headers: Object.entries(headers).map(([name, one]) => [name, Array.isArray(one) ? one.map((part) => part.toString('hex')) : one.toString('hex')]),
  }));

describe('record batches', () => {
  it('are read as kafkajs reads them, whatever is in them, and however many there are', async () => {
    const text = fc.string({ maxLength: 20 });
    const message = fc.record({
      key: fc.option(text),
      value: fc.option(text),
      headers: fc.dictionary(fc.string({ minLength: 1, maxLength: 5 }).filter((name) => name !== '__proto__' && !/^\d/.test(name)), fc.oneof(text, fc.array(text, { minLength: 2, maxLength: 3 })), { maxKeys: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(message, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 4 }), async (batches) => {
        let offset = 2 ** 40;
        const parts: Buffer[] = [];
        for (const batch of batches) {
          parts.push(await batchOf(batch, offset));
          offset += batch.length;
        }
        const bytes = Buffer.concat(parts);
        expect(view(await readRecordBatches(bytes))).toEqual(view(await readByKafkajs(bytes)));
      }),
      { numRuns: 60 },
    );
  });

  it('may end in the middle: the rest is asked for again', async () => {
    const [one, two] = [await batchOf([{ value: 'a' }]), await batchOf([{ value: 'b' }], 1)];
    for (const cut of [1, 11, 60, one.length, one.length + 5, one.length + 61])
      expect((await readRecordBatches(Buffer.concat([one, two]).subarray(0, cut))).map(({ value }) => String(value))).toEqual(cut >= one.length ? ['a'] : []);
  });

  it('that cannot be read become one record with their bytes, and what lies behind is read', async () => {
    const good = await batchOf([{ value: 'good' }], 10);
    const spoil = async (change: (bytes: Buffer) => void): Promise<Buffer> => {
      const bytes = await batchOf([{ value: 'x'.repeat(50) }, { value: 'y' }, { value: 'z' }], 7);
      change(bytes);
      return bytes;
    };
    for (const change of [
      (bytes: Buffer) => bytes.fill(0xff, 61),
      (bytes: Buffer) => bytes.writeInt32BE(1_000_000, 57),
      ...[1, 2, 3, 4, 5, 7].map((codec) => (bytes: Buffer) => bytes.writeInt16BE(codec, 21)),
    ]) {
      const bad = await spoil(change);
      const records = await readRecordBatches(Buffer.concat([bad, good]));
      expect(records.map(({ offset }) => offset)).toEqual(['9', '10']);
      expect(records[0]?.value?.equals(bad)).toBe(true);
      expect(String(records[1]?.value)).toBe('good');
    }
  });

  it('with 50,000 headers, or as many records, take moments', async () => {
    const names = Object.fromEntries(Array.from({ length: 50_000 }, (_, n) => [`h${n}`, '']));
    const same = { h: Array.from({ length: 50_000 }, () => '') };
    const bytes = [await batchOf([{ headers: names }]), await batchOf([{ headers: same }]), await batchOf(Array.from({ length: 200_000 }, () => ({})))];
    const begun = performance.now();
    const counts = await Promise.all(bytes.map(async (part) => (await readRecordBatches(part)).length));
    expect(counts).toEqual([1, 1, 200_000]);
    expect(performance.now() - begun).toBeLessThan(3_000);
  });
});
