import { randomUUID } from 'node:crypto';
import { DependencyDown } from '@toolplane/contracts/errors';
import type { ReadBack } from '../port/event-log.js';
import { EVENT_LOG, type Connection } from './connection.js';
import { recordsOf } from './records.js';
import { offsetSince } from './topics.js';

const WITHIN_MS = 30_000;
const RETRY = { retries: 5, initialRetryTime: 100, maxRetryTime: 1_000 } as const;

/** Reads a piece of the past. kafkajs reads in groups only: this one lives as long as the reading, and commits nothing. */
export const readBack = async (connection: Connection, { topic, partition, since, before, onRecords }: ReadBack): Promise<void> => {
  const start = await offsetSince(connection, topic, partition, since);
  if (start >= before) return;
  const { kafka, sockets } = connection.client(RETRY);
  const consumer = kafka.consumer({
    groupId: `read-back.${randomUUID()}`,
    maxWaitTimeInMs: 100,
    allowAutoTopicCreation: false,
    retry: { ...RETRY, restartOnFailure: () => Promise.resolve(false) },
  });
  let late: NodeJS.Timeout | undefined;
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    const whole = new Promise<void>((resolve, reject) => {
      late = setTimeout(() => reject(new Error(`not read within ${WITHIN_MS} ms`)), WITHIN_MS);
      consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
      consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
        const others = payload.memberAssignment[topic]?.filter((other) => other !== partition) ?? [];
        if (others.length > 0) consumer.pause([{ topic, partitions: others }]);
        consumer.seek({ topic, partition, offset: String(start) });
      });
      consumer
        .run({
          autoCommit: false,
          eachBatchAutoResolve: true,
          eachBatch: ({ batch, isStale }) => {
            if (batch.partition !== partition || isStale()) return Promise.resolve();
            const past = recordsOf(batch).filter(({ offset }) => offset >= start && offset < before);
            if (past.length > 0) onRecords(past);
            if (BigInt(batch.lastOffset()) + 1n >= before) resolve();
            return Promise.resolve();
          },
        })
        .catch(reject);
    });
    await whole;
  } catch (error) {
    throw new DependencyDown(EVENT_LOG, error);
  } finally {
    clearTimeout(late);
    void consumer.disconnect().catch(() => undefined).finally(() => sockets.close());
  }
};
