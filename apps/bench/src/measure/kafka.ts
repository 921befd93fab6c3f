import { randomUUID } from 'node:crypto';
import { Kafka, logLevel, type Producer } from 'kafkajs';

export const connect = (brokers: readonly string[], clientId: string): Kafka =>
  new Kafka({ brokers: [...brokers], clientId, logLevel: logLevel.NOTHING, retry: { retries: 1000, maxRetryTime: 1000 } });

/** Not idempotent: kafkajs loses count of its sequence numbers when sends overlap, and here they do. */
export async function openProducer(kafka: Kafka): Promise<Producer> {
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  return producer;
}

export interface Follower {
  close(): Promise<void>;
}

/** Reads topics from their end; resolves when it does. `onRecord` is on the measured path: it must be cheap. */
export async function follow(
  kafka: Kafka,
  topics: readonly string[],
  onRecord: (topic: string, key: Buffer | null, value: Buffer) => void,
): Promise<Follower> {
  const consumer = kafka.consumer({
    groupId: `bench-${randomUUID()}`,
    allowAutoTopicCreation: false,
    maxWaitTimeInMs: 500,
    sessionTimeout: 10_000,
  });
  await consumer.connect();
  await consumer.subscribe({ topics: [...topics], fromBeginning: false });
  const joined = new Promise<void>((resolve) => {
    consumer.on(consumer.events.GROUP_JOIN, () => resolve());
  });
  await consumer.run({
    eachBatch: async ({ batch, heartbeat }) => {
      for (const { key, value } of batch.messages) if (value) onRecord(batch.topic, key, value);
      await heartbeat();
    },
  });
  await joined;
  return { close: () => consumer.disconnect() };
}
