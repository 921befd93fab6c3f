import { createRequire } from 'node:module';
import fc from 'fast-check';
import { crc32c } from './crc32c.js';
import { encodeProduceRequest, type ProduceRequest } from './produce-request.js';
import { readRecordBatches } from './record-batch.js';

const require = createRequire(import.meta.url);
/** kafkajs’ own way to write the request. */
const theirs = require('kafkajs/src/protocol/requests/produce/v7/request.js') as (request: ProduceRequest) => { encode(): Promise<{ buffer: Buffer }> };
const theirChecksum = require('kafkajs/src/protocol/recordBatch/crc32C/index.js') as (bytes: Buffer) => number;

const text = fc.oneof(fc.string({ maxLength: 200 }), fc.string({ unit: 'grapheme', maxLength: 50 }));
const part = fc.oneof(text, fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)));
const message = fc.record({
  key: fc.oneof(fc.constant(null), part),
  value: fc.oneof(fc.constant(null), part),
  headers: fc.dictionary(fc.string({ minLength: 1, maxLength: 70 }).filter((name) => name !== '__proto__'), fc.oneof(part, fc.array(part, { maxLength: 3 })), { maxKeys: 3 }),
});
const requests = fc.record({
  acks: fc.constant(-1),
  timeout: fc.nat(),
  producerId: fc.nat().map(String),
  producerEpoch: fc.nat(100),
  topicData: fc.array(
    fc.record({
      topic: fc.string({ minLength: 1, maxLength: 30 }),
      partitions: fc.array(fc.record({ partition: fc.nat(50), firstSequence: fc.nat(), messages: fc.array(message, { minLength: 1, maxLength: 80 }) }), { minLength: 1, maxLength: 2 }),
    }),
    { maxLength: 3 },
  ),
});

describe('a produce request', () => {
  it('is byte for byte what kafkajs would write', async () => {
    await fc.assert(
      fc.asyncProperty(requests, async (request) => {
        const now = 1_763_600_000_123;
        const clock = Date.now;
        Date.now = () => now;
        const expected = await theirs(request).encode().finally(() => (Date.now = clock));
        expect(encodeProduceRequest(request, now).equals(Buffer.from(expected.buffer))).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('holds lengths of every size', async () => {
    const lengths = [0, 1, 63, 64, 127, 128, 8_191, 8_192, 16_384, 1_048_575, 1_048_576, 1_500_000];
    const messages = lengths.map((length) => ({ key: null, value: 'é'.repeat(length), headers: {} }));
    const request = { acks: -1, timeout: 1, producerId: '1', producerEpoch: 0, topicData: [{ topic: 't', partitions: [{ partition: 0, messages }] }] };
    const bytes = encodeProduceRequest(request, 0);
    const records = await readRecordBatches(bytes.subarray(2 + 2 + 4 + 4 + 3 + 4 + 8));
    expect(records.map(({ value }) => value?.toString().length)).toEqual(lengths);
  });

  it('has the checksum that Kafka compares', () => {
    expect(crc32c(Buffer.from('123456789'), 0, 9)).toBe(0xe3069283);
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(20), (bytes, start) => {
      const buffer = Buffer.from(bytes);
      const from = Math.min(start, buffer.length);
      expect(crc32c(buffer, from, buffer.length)).toBe(theirChecksum(buffer.subarray(from)));
    }));
  });
});
