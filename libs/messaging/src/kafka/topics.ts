import { setTimeout as sleep } from 'node:timers/promises';
import { topicSettings, type TopicDefinition } from '@toolplane/contracts/events';
import { DependencyDown, ToolplaneError } from '@toolplane/contracts/errors';
import type { GroupPosition, PartitionRange } from '../port/event-log.js';
import { EVENT_LOG, type Connection } from './connection.js';

/** Of a topic that we make, where there are as many brokers. */
const REPLICAS = 3;
const KNOWN_WITHIN_MS = 10_000;

/** What kafkajs says for “has committed nothing”; it also writes -1 and -2 itself, for “end” and “start”. */
const positionOf = (offset: string): bigint | null => (offset.startsWith('-') ? null : BigInt(offset));

/** Every topic with the number of its partitions. */
export const partitionCounts = async (connection: Connection): Promise<ReadonlyMap<string, number>> => {
  const { topics } = await connection.ask((admin) => admin.fetchTopicMetadata());
  return new Map(topics.map(({ name, partitions }) => [name, partitions.length]));
};

export const endOffsets = async (connection: Connection, topics: readonly string[]): Promise<PartitionRange[]> => {
  const ranges = await connection.ask((admin) =>
    Promise.all(topics.map(async (topic) => ({ topic, partitions: await admin.fetchTopicOffsets(topic) }))),
  );
  return ranges.flatMap(({ topic, partitions }) =>
    partitions.map(({ partition, low, high }) => ({ topic, partition, first: BigInt(low), end: BigInt(high) })),
  );
};

export const groupPositions = async (connection: Connection, group: string, topics: readonly string[]): Promise<GroupPosition[]> => {
  const positions = await connection.ask((admin) => admin.fetchOffsets({ groupId: group, topics: [...topics] }));
  return positions.flatMap(({ topic, partitions }) => partitions.map(({ partition, offset }) => ({ topic, partition, next: positionOf(offset) })));
};

/** The offset of the first record that is not older; the end where every record is. */
export const offsetSince = async (connection: Connection, topic: string, partition: number, since: number): Promise<bigint> => {
  const offsets = await connection.ask((admin) => admin.fetchTopicOffsetsByTimestamp(topic, Math.max(0, Math.floor(since))));
  const found = offsets.find((offset) => offset.partition === partition);
  if (!found) throw new Error(`topic ${topic} has no partition ${partition}`);
  return BigInt(found.offset);
};

/** Refuses topics that are there with another number of partitions: keys would lie elsewhere than their readers think. */
const refuseOtherCounts = (topics: readonly TopicDefinition[], counts: ReadonlyMap<string, number>): void => {
  const wrong = topics.filter(({ name, partitions }) => (counts.get(name) ?? partitions) !== partitions);
  if (wrong.length === 0) return;
  const faults = wrong.map(({ name, partitions }) => `${name} has ${counts.get(name)} partitions instead of ${partitions}`);
  throw new ToolplaneError('CONFIGURATION_INVALID', { message: `Topics are not as they must be: ${faults.join('; ')}` });
};

const whenAllAre = async (connection: Connection, topics: readonly TopicDefinition[]): Promise<ReadonlyMap<string, number>> => {
  for (const deadline = performance.now() + KNOWN_WITHIN_MS; ; await sleep(50)) {
    const counts = await partitionCounts(connection);
    const unknown = topics.filter(({ name }) => !counts.has(name)).map(({ name }) => name);
    if (unknown.length === 0) return counts;
    if (performance.now() > deadline) throw new DependencyDown(EVENT_LOG, new Error(`it has not made ${unknown.join(', ')}`));
  }
};

export const ensureTopics = async (connection: Connection, topics: readonly TopicDefinition[]): Promise<void> => {
  const counts = await partitionCounts(connection);
  refuseOtherCounts(topics, counts);
  const missing = topics.filter(({ name }) => !counts.has(name));
  if (missing.length > 0) {
    await connection.ask(async (admin) => {
      const { brokers } = await admin.describeCluster();
      await admin.createTopics({
        // Its own waiting fails at the first look, before the new topics are known everywhere.
        waitForLeaders: false,
        topics: missing.map((topic) => ({
          topic: topic.name,
          numPartitions: topic.partitions,
          replicationFactor: Math.min(REPLICAS, brokers.length),
          configEntries: Object.entries(topicSettings(topic)).map(([name, value]) => ({ name, value })),
        })),
      });
    });
    // Another process may have made them in between, in another way.
    refuseOtherCounts(topics, await whenAllAre(connection, missing));
  }
};
