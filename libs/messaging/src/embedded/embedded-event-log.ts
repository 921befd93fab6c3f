import { ToolplaneError } from '@toolplane/contracts/errors';
import type { TopicDefinition } from '@toolplane/contracts/events';
import type { Logger } from '@toolplane/observability';
import { EventLog, type GroupPosition, type PartitionRange, type ReadBack } from '../port/event-log.js';
import type { TopicRecords } from '../port/log-record.js';
import type { LogReader, Subscription } from '../port/subscription.js';
import { append } from './append.js';
import { LogDatabase } from './database.js';
import { Heads } from './heads.js';
import { EmbeddedReader } from './reader.js';
import { readRecords } from './records.js';
import { Retention } from './retention.js';

export interface EmbeddedEventLogOptions {
  /** Postgres URL of a role that owns the schema `event_log`, or may make it. */
  readonly url: string;
  readonly clientId: string;
  readonly logger: Logger;
}

const RANGES = `
select t.name as topic, p.partition, p.first_offset as first, p.next_offset as "end"
  from event_log.partitions p join event_log.topics t on t.id = p.topic where t.id = any($1) order by 1, 2`;

const POSITIONS = `
select t.name as topic, p.partition, g.next_offset as next
  from event_log.partitions p join event_log.topics t on t.id = p.topic
  left join event_log.positions g on g."group" = $1 and g.topic = p.topic and g.partition = p.partition
 where t.id = any($2) order by 1, 2`;

/** The newest record that is too old: everything after it is the piece. Looks at the piece alone, backwards. */
const BEFORE = `
select "offset" from event_log.records
 where topic = $1 and partition = $2 and "offset" < $3 and appended_at < to_timestamp($4::float8 / 1000) order by "offset" desc limit 1`;

interface Place {
  readonly topic: string;
  readonly partition: number;
  readonly [column: string]: unknown;
}

/** The event log for a machine with nothing but Node: tables in Postgres. */
export class EmbeddedEventLog extends EventLog {
  private readonly database: LogDatabase;
  private readonly heads: Heads;
  private readonly retention: Retention;
  private readonly readers = new Set<EmbeddedReader>();
  private readonly logger: Logger;

  constructor({ url, clientId, logger }: EmbeddedEventLogOptions) {
    super();
    this.logger = logger;
    this.database = new LogDatabase(url, clientId, logger);
    this.heads = new Heads(this.database, logger);
    this.retention = new Retention(this.database, logger);
  }

  get clusterId(): string {
    return this.database.clusterId;
  }

  async append(records: TopicRecords): Promise<void> {
    this.heads.say(await append(this.database, records));
  }

  subscribe(subscription: Subscription): LogReader {
    const reader = new EmbeddedReader(this.database, this.heads, subscription, this.logger);
    this.readers.add(reader);
    return reader;
  }

  async endOffsets(topics: readonly string[]): Promise<readonly PartitionRange[]> {
    const found = await this.database.topicsOf(topics);
    const rows = await this.database.query<Place & { first: string; end: string }>(RANGES, [found.map(({ id }) => id)]);
    return rows.map(({ topic, partition, first, end }) => ({ topic, partition, first: BigInt(first), end: BigInt(end) }));
  }

  async groupPositions(group: string, topics: readonly string[]): Promise<readonly GroupPosition[]> {
    const found = await this.database.topicsOf(topics);
    const rows = await this.database.query<Place & { next: string | null }>(POSITIONS, [group, found.map(({ id }) => id)]);
    return rows.map(({ topic, partition, next }) => ({ topic, partition, next: next === null ? null : BigInt(next) }));
  }

  async readBack({ topic: name, partition, since, before, onRecords }: ReadBack): Promise<void> {
    const [topic] = await this.database.topicsOf([name]);
    if (!topic) return;
    const [older] = await this.database.query<{ offset: string }>(BEFORE, [topic.id, partition, String(before), since]);
    for (let from = older ? BigInt(older.offset) + 1n : 0n; from < before; ) {
      const records = (await readRecords(this.database, topic, partition, from)).filter(({ offset }) => offset < before);
      const last = records.at(-1);
      if (!last) return;
      onRecords(records);
      from = last.offset + 1n;
    }
  }

  async ensureTopics(topics: readonly TopicDefinition[]): Promise<void> {
    const made = await this.database.addTopics(topics);
    const wrong = topics.filter(({ partitions }, at) => made[at]?.partitions !== partitions);
    if (wrong.length === 0) return;
    const faults = wrong.map(({ name, partitions }) => `${name} has ${made.find((topic) => topic.name === name)?.partitions} partitions instead of ${partitions}`);
    throw new ToolplaneError('CONFIGURATION_INVALID', { message: `Topics are not as they must be: ${faults.join('; ')}` });
  }

  async ping(): Promise<void> {
    await this.database.query('select');
  }

  async close(): Promise<void> {
    await Promise.all([...this.readers].map((reader) => reader.close()));
    await this.retention.close();
    await this.heads.close();
    await this.database.close();
  }
}
