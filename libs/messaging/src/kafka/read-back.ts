import type { KafkaMessage } from 'kafkajs';
import { DependencyDown } from '@toolplane/contracts/errors';
import type { ReadBack } from '../port/event-log.js';
import { clusterOf } from './cluster-access.js';
import { EVENT_LOG, type Connection } from './connection.js';
import { recordOf } from './records.js';
import { offsetSince } from './topics.js';

const RETRY = { retries: 3, initialRetryTime: 100, maxRetryTime: 500 } as const;
const MAX_BYTES = 4 * 1_048_576;
const POLL_MS = 500;
/** Answers without a record before it is given up: there is one at the end, or nobody would read back to it. */
const MAX_EMPTY = 5;

interface Fetched {
  readonly responses: readonly { readonly partitions: readonly { readonly messages: readonly KafkaMessage[] }[] }[];
}

/** Reads a piece of the past by plain fetches: kafkajs’ consumers read in groups, and joining one takes longer than the reading. */
export const readBack = async (connection: Connection, { topic, partition, since, before, onRecords }: ReadBack): Promise<void> => {
  let next = await offsetSince(connection, topic, partition, since);
  if (next >= before) return;
  const { kafka, sockets } = connection.client(RETRY);
  const cluster = clusterOf(kafka);
  try {
    await cluster.connect();
    await cluster.addTargetTopic(topic);
    await cluster.refreshMetadata();
    for (let empty = 0; next < before && empty < MAX_EMPTY; ) {
      const [nodeId = ''] = Object.keys(cluster.findLeaderForPartitions(topic, [partition]));
      const broker = await cluster.findBroker({ nodeId });
      const { responses } = (await broker.fetch({
        // Committed records only, as consumers read.
        isolationLevel: 1,
        maxWaitTime: POLL_MS,
        minBytes: 1,
        maxBytes: MAX_BYTES,
        topics: [{ topic, partitions: [{ partition, fetchOffset: String(next), maxBytes: MAX_BYTES }] }],
      })) as Fetched;
      const from = next;
      const fetched = responses
        .flatMap(({ partitions }) => partitions.flatMap(({ messages }) => messages))
        .map((message) => recordOf(topic, partition, message))
        .filter(({ offset }) => offset >= from);
      const past = fetched.filter(({ offset }) => offset < before);
      if (past.length > 0) onRecords(past);
      next = (fetched.at(-1)?.offset ?? next - 1n) + 1n;
      empty = fetched.length === 0 ? empty + 1 : 0;
    }
  } catch (error) {
    throw new DependencyDown(EVENT_LOG, error);
  } finally {
    void cluster.disconnect().catch(() => undefined).finally(() => sockets.close());
  }
};
