import type { KafkaConfig } from '@toolplane/config';
import type { TopicDefinition } from '@toolplane/contracts/events';
import type { Logger } from '@toolplane/observability';
import { EventLog, type GroupPosition, type PartitionRange, type ReadBack } from '../port/event-log.js';
import type { TopicRecords } from '../port/log-record.js';
import type { LogReader, Subscription } from '../port/subscription.js';
import { Connection } from './connection.js';
import { KafkaProducer } from './producer.js';
import { readBack } from './read-back.js';
import { KafkaReader } from './reader.js';
import { endOffsets, ensureTopics, groupPositions } from './topics.js';

export interface KafkaEventLogOptions {
  readonly config: Omit<KafkaConfig, 'kind'>;
  /** Names this process at the brokers. */
  readonly clientId: string;
  readonly logger: Logger;
  /** How long an `append` may take, in milliseconds; default 15 s. */
  readonly sendWithinMs?: number;
}

/** The event log on Kafka, through kafkajs. */
export class KafkaEventLog extends EventLog {
  private readonly connection: Connection;
  private readonly producer: KafkaProducer;
  private readonly readers = new Set<KafkaReader>();

  constructor({ config, clientId, logger, sendWithinMs }: KafkaEventLogOptions) {
    super();
    this.connection = new Connection(config, clientId, logger);
    this.producer = new KafkaProducer(this.connection, sendWithinMs);
  }

  get clusterId(): string {
    return this.connection.clusterId;
  }

  append(records: TopicRecords): Promise<void> {
    return this.producer.append(records);
  }

  subscribe(subscription: Subscription): LogReader {
    const reader = new KafkaReader(this.connection, subscription);
    this.readers.add(reader);
    return reader;
  }

  async endOffsets(topics: readonly string[]): Promise<readonly PartitionRange[]> {
    if (this.clusterId === '') await this.connection.identify();
    return endOffsets(this.connection, topics);
  }

  groupPositions(group: string, topics: readonly string[]): Promise<readonly GroupPosition[]> {
    return groupPositions(this.connection, group, topics);
  }

  readBack(range: ReadBack): Promise<void> {
    return readBack(this.connection, range);
  }

  async ensureTopics(topics: readonly TopicDefinition[]): Promise<void> {
    await this.connection.identify();
    await ensureTopics(this.connection, topics);
  }

  async ping(): Promise<void> {
    await this.connection.identify();
  }

  async close(): Promise<void> {
    await Promise.all([...this.readers].map((reader) => reader.close()));
    await this.producer.close();
    this.connection.close();
  }
}
