import type { Kafka } from 'kafkajs';

/** The hops of the data path, and the product's topic whose records each of them is as large as. */
export const HOPS = {
  requested: { topic: 'bench.requested', like: 'tool.execution.requested.v1' },
  decided: { topic: 'bench.decided', like: 'tool.execution.decided.v1' },
  dispatched: { topic: 'bench.dispatched', like: 'tool.invocation.dispatched.dummy.v1' },
  reported: { topic: 'bench.reported', like: 'tool.invocation.reported.v1' },
  completed: { topic: 'bench.completed', like: 'tool.execution.completed.v1' },
  recorded: { topic: 'bench.recorded', like: 'tool.audit.recorded.v1' },
} as const;
export type Hop = keyof typeof HOPS;
/** Mean length of a record's value, in bytes. */
export type Sizes = Readonly<Record<Hop, number>>;

const PARTITIONS = 2;
const SAMPLE = 200;
const SAMPLE_WITHIN_MS = 15_000;

export async function createTopics(kafka: Kafka): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  const configEntries = [
    { name: 'compression.type', value: 'uncompressed' },
    { name: 'message.timestamp.type', value: 'LogAppendTime' },
  ];
  await admin.createTopics({
    waitForLeaders: true,
    topics: Object.values(HOPS).map(({ topic }) => ({ topic, numPartitions: PARTITIONS, replicationFactor: 1, configEntries })),
  });
  await admin.disconnect();
}

/** How large the product's own records are, measured on what it has just written: the baseline's are made as large. */
export async function sampleSizes(kafka: Kafka): Promise<Sizes> {
  const consumer = kafka.consumer({ groupId: `bench-sizes-${Date.now()}`, allowAutoTopicCreation: false });
  const lengths = new Map<string, number[]>();
  await consumer.connect();
  const likes = Object.values(HOPS).map(({ like }) => like);
  await consumer.subscribe({ topics: [...likes], fromBeginning: true });
  const enough = new Promise<void>((resolve) => {
    setTimeout(resolve, SAMPLE_WITHIN_MS).unref();
    void consumer.run({
      eachBatch: async ({ batch }) => {
        const list = lengths.get(batch.topic) ?? [];
        lengths.set(batch.topic, list);
        list.push(...batch.messages.slice(0, SAMPLE).map(({ value }) => value?.length ?? 0));
        if (likes.every((topic) => (lengths.get(topic)?.length ?? 0) >= SAMPLE)) resolve();
      },
    });
  });
  await enough;
  await consumer.disconnect();
  const mean = (list: readonly number[] = []): number =>
    Math.round(list.reduce((sum, length) => sum + length, 0) / Math.max(1, list.length));
  return Object.fromEntries(Object.entries(HOPS).map(([hop, { like }]) => [hop, mean(lengths.get(like))])) as Record<Hop, number>;
}
