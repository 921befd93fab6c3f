import { Pool } from 'pg';
import { connect, openProducer } from '../measure/kafka.js';
import { bareEvent, cut, type BareEvent } from './records.js';
import { finishExecutions, insertEntries, insertExecutions, writeBatch } from './tables.js';
import { HOPS, type Hop, type Sizes } from './topics.js';

/** The processes of the baseline: as many, with the same hops between them, as the product has on its path. */
export const ROLES = {
  validation: [{ from: 'requested', to: 'decided', writes: () => [] }],
  execution: [
    { from: 'decided', to: 'dispatched', writes: insertExecutions },
    { from: 'reported', to: 'completed', writes: finishExecutions },
  ],
  provider: [{ from: 'dispatched', to: 'reported', writes: undefined }],
  audit: [
    { from: 'decided', to: 'recorded', writes: (events: readonly BareEvent[]) => insertEntries(events, 'decision') },
    { from: 'completed', to: 'recorded', writes: (events: readonly BareEvent[]) => insertEntries(events, 'outcome') },
  ],
} as const;
export type Role = keyof typeof ROLES;

export interface RoleSettings {
  readonly role: Role;
  readonly brokers: readonly string[];
  readonly databaseUrl: string;
  readonly sizes: Sizes;
}

/** One process of the baseline: reads a batch, writes it in one transaction, publishes one batch, commits the offset on a timer. */
export async function runRole({ role, brokers, databaseUrl, sizes }: RoleSettings): Promise<() => Promise<void>> {
  const kafka = connect(brokers, `bench-${role}`);
  const pool = new Pool({ connectionString: databaseUrl, max: 4 });
  const closing: (() => Promise<unknown>)[] = [];
  for (const { from, to, writes } of ROLES[role]) {
    const producer = await openProducer(kafka);
    const consumer = kafka.consumer({
      groupId: `bench-${role}-${from}`,
      allowAutoTopicCreation: false,
      maxWaitTimeInMs: 500,
      sessionTimeout: 10_000,
    });
    await consumer.connect();
    await consumer.subscribe({ topics: [HOPS[from].topic], fromBeginning: true });
    await consumer.run({
      autoCommitInterval: 1_000,
      partitionsConsumedConcurrently: 2,
      eachBatch: async ({ batch, heartbeat }) => {
        const events = batch.messages.map(({ value }) => JSON.parse(value?.toString() ?? '') as BareEvent);
        const next = String(BigInt(batch.lastOffset()) + 1n);
        if (writes) await writeBatch(pool, writes(events), { consumer: role, topic: batch.topic, partition: batch.partition, next });
        for (const messages of cut(events.map(({ subject, data }) => bareEvent(to as Hop, subject, data.payload, sizes)))) {
          await producer.send({ topic: HOPS[to].topic, messages });
        }
        await heartbeat();
      },
    });
    closing.push(
      () => consumer.disconnect(),
      () => producer.disconnect(),
    );
  }
  return async () => {
    for (const close of closing) await close();
    await pool.end();
  };
}
