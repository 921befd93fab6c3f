import type { RecordPosition } from '@toolplane/contracts/envelope';
import { batchOf } from './batch-of.js';
import type { Database } from './database.js';
import { plainName } from './sql-names.js';
import type { Tx } from './tx.js';

/** How far a service’s database has taken in one partition of one log. */
export interface Position {
  readonly clusterId: string;
  readonly topic: string;
  readonly partition: number;
  readonly nextOffset: bigint;
}

interface PartitionEnd {
  readonly topic: string;
  readonly partition: number;
  readonly end: bigint;
}

/** The table behind it, for one of the service’s migrations. */
export const positionsTable = (service: string): string => `
create table ${plainName(service)}.positions (
  topic text not null,
  partition int not null,
  cluster_id text not null,
  next_offset bigint not null,
  primary key (topic, partition)
) with (fillfactor = 50);
grant select, insert, update on ${service}.positions to ${service}_worker;
`;

/** Which event logs the service has spoken to, for one of its migrations: a new one is told again what it must know. */
export const knownLogsTable = (service: string): string => `
create table ${plainName(service)}.known_logs (
  cluster_id text primary key,
  first_seen_at timestamptz(3) not null default now()
);
grant select, insert on ${service}.known_logs to ${service}_worker;
`;

/** Anything that was read from the log: events, parked records. */
interface Read {
  readonly record: Pick<RecordPosition, 'topic' | 'partition' | 'offset'>;
}

const position = batchOf({ topic: 'text', partition: 'int', clusterId: 'text', nextOffset: 'bigint' });

/** Stored with every batch, so that a log that was wiped, or a database that was restored, is noticed. */
export class Positions {
  private readonly advance_: string;
  private readonly all_: string;
  private readonly disown_: string;

  constructor(database: Database) {
    const table = `${database.service}.positions`;
    this.advance_ = `
      insert into ${table} as p (topic, partition, cluster_id, next_offset)
      select topic, partition, cluster_id, next_offset from ${position.source}
      on conflict (topic, partition) do update set cluster_id = excluded.cluster_id, next_offset = excluded.next_offset
       where p.cluster_id <> excluded.cluster_id or p.next_offset < excluded.next_offset`;
    this.disown_ = `update ${table} set cluster_id = '', next_offset = 0`;
    this.all_ = `select cluster_id as "clusterId", topic, partition, next_offset::text as "nextOffset" from ${table} order by topic, partition`;
  }

  /** Moves every partition beyond the last of these; never back, but in another cluster. */
  async advance(tx: Tx, records: readonly Read[], clusterId: string): Promise<void> {
    const ends = new Map<string, Position>();
    for (const { record } of records) {
      const key = `${record.topic} ${record.partition}`;
      const nextOffset = record.offset + 1n;
      if ((ends.get(key)?.nextOffset ?? 0n) < nextOffset) ends.set(key, { clusterId, topic: record.topic, partition: record.partition, nextOffset });
    }
    if (ends.size === 0) return;
    const rows = [...ends.values()].sort((a, b) => (a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1));
    await tx.query(this.advance_, position.values(rows));
  }

  /**
   * Whether this log ends below what was read in it: then it has lost records, and positions in it mean nothing.
   * @param ranges asks the log how far it reaches, after the positions were read: it grows meanwhile
   */
  async isBehind(tx: Tx, clusterId: string, ranges: () => Promise<readonly PartitionEnd[]>): Promise<boolean> {
    const stored = await this.all(tx);
    const ends = new Map((await ranges()).map(({ topic, partition, end }) => [`${topic} ${partition}`, end]));
    return stored.some((each) => each.clusterId === clusterId && each.nextOffset > (ends.get(`${each.topic} ${each.partition}`) ?? each.nextOffset));
  }

  /** Forgets positions in a log that has lost its records. They are set anew by the next batch. */
  async disown(tx: Tx): Promise<void> {
    await tx.query(this.disown_);
  }

  async all(tx: Tx): Promise<Position[]> {
    const rows = await tx.query<Omit<Position, 'nextOffset'> & { nextOffset: string }>(this.all_);
    return rows.map((row) => ({ ...row, nextOffset: BigInt(row.nextOffset) }));
  }
}
