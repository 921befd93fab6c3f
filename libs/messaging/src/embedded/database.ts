import { Pool, type PoolClient, type QueryResultRow } from 'pg';
import { DependencyDown } from '@toolplane/contracts/errors';
import type { TopicDefinition } from '@toolplane/contracts/events';
import type { Logger } from '@toolplane/observability';
import { TopicMissing } from '../port/topic-missing.js';
import { SCHEMA, SCHEMA_FOUND, SCHEMA_LOCK, SCHEMA_VERSION } from './schema.js';

export const EVENT_LOG = 'the event log';
const CONNECT_WITHIN_MS = 3_000;
const ANSWER_WITHIN_MS = 15_000;
const CONNECTIONS = 4;

/** A topic as the tables know it. */
export interface Topic {
  readonly id: number;
  readonly name: string;
  readonly partitions: number;
}

/** Statements are ours and fixed: what the database itself says no to is data (class 22) or a rule (23); all else is that it is away. */
const isRefusal = (error: unknown): boolean => /^(22|23)/.test(String((error as { code?: unknown }).code));
const asDown = (error: unknown): unknown => (error instanceof DependencyDown || isRefusal(error) ? error : new DependencyDown(EVENT_LOG, error));

export type Query = <Row extends QueryResultRow>(sql: string, values?: readonly unknown[]) => Promise<Row[]>;

/** The tables of the embedded log: a pool of its own, made ready at first use. */
export class LogDatabase {
  readonly url: string;
  private readonly pool: Pool;
  private ready: Promise<void> | undefined;
  private cluster = '';
  private topics: ReadonlyMap<string, Topic> = new Map();

  constructor(url: string, clientId: string, logger: Logger) {
    this.url = url;
    this.pool = new Pool({
      connectionString: url,
      max: CONNECTIONS,
      application_name: clientId.slice(0, 63),
      connectionTimeoutMillis: CONNECT_WITHIN_MS,
      query_timeout: ANSWER_WITHIN_MS,
      keepAlive: true,
      allowExitOnIdle: false,
    });
    this.pool.on('error', (error) => logger.debug({ err: error }, 'an idle connection to the event log was lost'));
  }

  get clusterId(): string {
    return this.cluster;
  }

  readonly query: Query = async <Row extends QueryResultRow>(sql: string, values: readonly unknown[] = []) => {
    await this.prepare();
    try {
      return (await this.pool.query<Row>(sql, [...values])).rows;
    } catch (error) {
      throw asDown(error);
    }
  };

  async transaction<Result>(work: (query: Query) => Promise<Result>): Promise<Result> {
    await this.prepare();
    return this.run(work);
  }

  /** The topics of these names, in their order. @throws TopicMissing */
  async topicsOf(names: readonly string[]): Promise<readonly Topic[]> {
    if (names.some((name) => !this.topics.has(name))) await this.loadTopics();
    return names.map((name) => {
      const topic = this.topics.get(name);
      if (!topic) throw new TopicMissing(name);
      return topic;
    });
  }

  async addTopics(definitions: readonly TopicDefinition[]): Promise<readonly Topic[]> {
    await this.transaction(async (query) => {
      await query(SCHEMA_LOCK);
      for (const { name, compacted, retentionMs, minCompactionLagMs, maxMessageBytes, partitions } of definitions) {
        const [made] = await query<{ id: number }>(
          `insert into event_log.topics (name, compacted, retention_ms, min_compaction_lag_ms, max_message_bytes)
           values ($1, $2, $3, $4, $5) on conflict (name) do nothing returning id`,
          [name, compacted, retentionMs, minCompactionLagMs, maxMessageBytes],
        );
        if (made) await query('insert into event_log.partitions (topic, partition) select $1, generate_series(0, $2::int - 1)', [made.id, partitions]);
      }
    });
    await this.loadTopics();
    return this.topicsOf(definitions.map(({ name }) => name));
  }

  async close(): Promise<void> {
    await this.pool.end();
  }

  private async loadTopics(): Promise<void> {
    const rows = await this.query<{ id: number; name: string; partitions: number }>(
      `select t.id, t.name, count(*)::int as partitions from event_log.topics t join event_log.partitions p on p.topic = t.id group by t.id`,
    );
    this.topics = new Map(rows.map((topic) => [topic.name, topic]));
  }

  /** Makes the tables where they are missing. What fails is tried again at the next use. */
  private prepare(): Promise<void> {
    this.ready ??= this.makeReady().catch((error: unknown) => {
      this.ready = undefined;
      throw error;
    });
    return this.ready;
  }

  private async makeReady(): Promise<void> {
    await this.run(async (query) => {
      await query(SCHEMA_LOCK);
      const [state] = await query<{ found: boolean; hasSchema: boolean }>(SCHEMA_FOUND);
      if (!state?.hasSchema) await query('create schema event_log');
      if (!state?.found) await query(SCHEMA);
      const [log] = await query<{ id: string; version: number }>('select cluster_id as id, version from event_log.log');
      if (log?.version !== SCHEMA_VERSION) throw new Error(`the event log in the database is of version ${log?.version}, this program of ${SCHEMA_VERSION}`);
      this.cluster = log.id;
    });
  }

  private async run<Result>(work: (query: Query) => Promise<Result>): Promise<Result> {
    let client: PoolClient | undefined;
    try {
      client = await this.pool.connect();
      const connected = client;
      await connected.query('begin');
      const result = await work(async <Row extends QueryResultRow>(sql: string, values: readonly unknown[] = []) =>
        (await connected.query<Row>(sql, values.length > 0 ? [...values] : undefined)).rows,
      );
      await connected.query('commit');
      client.release();
      return result;
    } catch (error) {
      // Closed rather than rolled back: it may be in the middle of an answer.
      client?.release(true);
      throw asDown(error);
    }
  }
}
