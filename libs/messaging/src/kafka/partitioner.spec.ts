import fc from 'fast-check';
import kafkajs, { type PartitionMetadata } from 'kafkajs';
import { murmur2, partitionOf } from './partitioner.js';

const metadata = (count: number): PartitionMetadata[] =>
  Array.from({ length: count }, (_, partitionId) => ({ partitionErrorCode: 0, partitionId, leader: 1, replicas: [], isr: [] }));

describe('the partition of a key', () => {
  it('is the one that Kafka’s own clients choose', () => {
    // From the tests of Kafka’s Java client (UtilsTest).
    expect(murmur2(Buffer.from('21'))).toBe(-973932308);
    expect(murmur2(Buffer.from('foobar'))).toBe(-790332482);
    expect(murmur2(Buffer.from('a-little-bit-long-string'))).toBe(-985981536);
    expect(murmur2(Buffer.from('lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8'))).toBe(-58897971);
    expect(murmur2(Buffer.from([97, 98, 99]))).toBe(479470107);
  });

  it('is the one that kafkajs chooses, for any key', () => {
    const theirs = kafkajs.Partitioners.DefaultPartitioner();
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.uuid(), fc.uint8Array().map((bytes) => Buffer.from(bytes))), fc.integer({ min: 1, max: 50 }), (key, count) => {
        const given = { topic: 't', partitionMetadata: metadata(count), message: { key, value: '' } };
        expect(partitionOf(given)).toBe(theirs(given));
      }),
    );
  });

  it('is any where there is no key', () => {
    const chosen = new Set(Array.from({ length: 200 }, () => partitionOf({ topic: 't', partitionMetadata: metadata(3), message: { key: null, value: '' } })));
    expect([...chosen].sort()).toEqual([0, 1, 2]);
  });
});
