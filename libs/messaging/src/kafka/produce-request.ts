import type { Message } from 'kafkajs';
import produce from 'kafkajs/src/protocol/requests/produce/index.js';
import { Writer, measureRecord, sizeOfBatch, writeRecordBatch } from './write-record-batch.js';

/** What kafkajs’ producer asks to be written. */
export interface ProduceRequest {
  readonly acks: number;
  readonly timeout: number;
  readonly transactionalId?: string | null;
  readonly producerId: string | number | bigint | { toString(): string };
  readonly producerEpoch: number;
  readonly compression?: number;
  readonly topicData: readonly {
    readonly topic: string;
    readonly partitions: readonly { readonly partition: number; readonly firstSequence?: number; readonly messages: readonly Message[] }[];
  }[];
}

/** What kafkajs speaks to every broker since 2.1. */
const VERSION = 7;
const NOT_PACKED = 0;

/**
 * Writes a produce request in one piece. kafkajs makes a buffer and more for every record and copies each four times, which is the largest
 * part of what publishing costs. @param now milliseconds since the epoch
 */
export const encodeProduceRequest = ({ acks, timeout, producerId, producerEpoch, topicData }: ProduceRequest, now: number): Buffer => {
  let size = 2 + 2 + 4 + 4;
  const topics = topicData.map(({ topic, partitions }) => {
    size += 2 + Buffer.byteLength(topic) + 4;
    return {
      topic,
      partitions: partitions.map(({ partition, firstSequence = 0, messages }) => {
        const records = messages.map(measureRecord);
        const bytes = sizeOfBatch(records);
        size += 8 + bytes;
        return { partition, firstSequence, records, bytes };
      }),
    };
  });
  const to = new Writer(Buffer.allocUnsafe(size));
  to.int16(-1); // no transaction
  to.int16(acks);
  to.int32(timeout);
  to.int32(topics.length);
  for (const { topic, partitions } of topics) {
    to.text(topic);
    to.int32(partitions.length);
    for (const { partition, firstSequence, records, bytes } of partitions) {
      to.int32(partition);
      to.int32(bytes);
      writeRecordBatch(to, records, now, { id: BigInt(String(producerId)), epoch: producerEpoch, sequence: firstSequence });
    }
  }
  return to.buffer;
};

/** Ours are neither packed nor in transactions, and the broker gives the time. Whatever else kafkajs is asked for it writes itself. */
const isOurs = ({ transactionalId, compression = NOT_PACKED, topicData }: ProduceRequest): boolean =>
  !transactionalId && compression === NOT_PACKED && topicData.every(({ partitions }) => partitions.every(({ messages }) => messages.every(({ timestamp }) => !timestamp)));

const { protocol } = produce;
/** kafkajs asks this object how to write a request of the version that it and the broker speak. */
produce.protocol = (given) => {
  const theirs = protocol(given);
  if (given.version !== VERSION) return theirs;
  return (asked) => {
    const made = theirs(asked);
    const request = asked as ProduceRequest;
    if (!isOurs(request)) return made;
    return {
      ...made,
      request: {
        ...made.request,
        encode: () => {
          const buf = encodeProduceRequest(request, Date.now());
          return Promise.resolve({ buf, buffer: buf });
        },
      },
    };
  };
};
