import { DependencyDown } from '@toolplane/contracts/errors';
import { EVENT_LOG, type LogDatabase, type Query, type Topic } from './database.js';

/** A member that has not renewed its lease for so long is taken for dead. */
export const LEASE_MS = 10_000;
/** A member that still works on what it had, for so long after it was asked to agree, is expelled. */
export const AGREE_WITHIN_MS = 30_000;

const LOCK_GROUP = 'select generation from event_log.groups where name = $1 for update';
const BUMP = 'update event_log.groups set generation = generation + 1 where name = $1 returning generation';
const DROP_DEAD = 'delete from event_log.members where "group" = $1 and lease_until < now() returning id';
const JOIN = `
insert into event_log.members ("group", id, topics, generation, lease_until) values ($1, $2, $3, $4, now() + $5 * interval '1 ms')
on conflict ("group", id) do update set topics = excluded.topics, generation = excluded.generation, lease_until = excluded.lease_until`;
const RENEW = `update event_log.members set lease_until = now() + $3 * interval '1 ms' where "group" = $1 and id = $2 and lease_until >= now()`;
const AGREE = 'update event_log.members set generation = $3 where "group" = $1 and id = $2 and lease_until >= now() returning id';
const LEAVE = 'delete from event_log.members where "group" = $1 and id = $2';
const OTHERS = `select id, topics, generation, lease_until < now() as dead from event_log.members where "group" = $1 order by id`;

/** Compares the generation, with the member’s row locked: whoever expels a member waits for its commit, or makes it fail. */
const COMMIT = `
with member as (select from event_log.members where "group" = $1 and id = $2 and generation = $3 and lease_until >= now() for update)
insert into event_log.positions ("group", topic, partition, next_offset)
select $1, position.topic, position.partition, position.next from unnest($4::int[], $5::int[], $6::bigint[]) as position (topic, partition, next), member
on conflict ("group", topic, partition) do update set next_offset = greatest(positions.next_offset, excluded.next_offset)
returning 1`;

export interface Position {
  readonly topic: number;
  readonly partition: number;
  readonly next: bigint;
}

interface MemberRow {
  readonly id: string;
  readonly topics: number[];
  readonly generation: string;
  readonly dead: boolean;
  readonly [column: string]: unknown;
}

/** What a member is given: partitions by topic id. */
export type Assignment = readonly { readonly topic: Topic; readonly partition: number }[];

/**
 * One member of a group. Every change of the group is a new generation; partitions are handed out when all living members have agreed to
 * it, and a member agrees when it has ended what it was doing. So no partition has two readers, and a commit of a member that does not
 * know of the change yet is still one of the owner.
 */
export class Membership {
  private agreed = -1n;

  /** @param id of the reader: who comes back takes its own place, and nobody waits for its lease to run out */
  constructor(
    private readonly database: LogDatabase,
    private readonly id: string,
    private readonly group: string,
    private readonly topics: readonly Topic[],
  ) {}

  /** The generation we have agreed to; another one means that the group has changed. */
  get generation(): bigint {
    return this.agreed;
  }

  async join(): Promise<void> {
    await this.database.transaction(async (query) => {
      await query('insert into event_log.groups (name) values ($1) on conflict do nothing', [this.group]);
      await query(LOCK_GROUP, [this.group]);
      await query(DROP_DEAD, [this.group]);
      const generation = await this.bump(query);
      await query(JOIN, [this.group, this.id, this.topics.map(({ id }) => id), String(generation), LEASE_MS]);
      this.agreed = generation;
    });
  }

  /** @returns false where we were expelled: join again, as another member */
  async renew(): Promise<boolean> {
    const renewed = await this.database.query<{ renewed: boolean }>(`with renewed as (${RENEW} returning 1) select true as renewed from renewed`, [
      this.group,
      this.id,
      LEASE_MS,
    ]);
    return renewed.length > 0;
  }

  /** Makes a new generation where members have died. */
  async dropDead(): Promise<void> {
    const members = await this.database.query<MemberRow>(OTHERS, [this.group]);
    if (!members.some(({ dead }) => dead)) return;
    await this.database.transaction(async (query) => {
      await query(LOCK_GROUP, [this.group]);
      if ((await query(DROP_DEAD, [this.group])).length > 0) await this.bump(query);
    });
  }

  /** Says that we have ended what we were doing. @returns false where we were expelled */
  async agree(generation: bigint): Promise<boolean> {
    const [agreed] = await this.database.query(AGREE, [this.group, this.id, String(generation)]);
    if (agreed) this.agreed = generation;
    return agreed !== undefined;
  }

  /** Our partitions, when every member has agreed to our generation; null while one has not. */
  async assignment(): Promise<Assignment | null> {
    const members = await this.database.query<MemberRow>(OTHERS, [this.group]);
    if (members.some(({ generation }) => BigInt(generation) !== this.agreed)) return null;
    return this.topics.flatMap((topic) => {
      const readers = members.filter(({ topics }) => topics.includes(topic.id));
      return Array.from({ length: topic.partitions }, (_, partition) => ({ topic, partition })).filter(
        // Offset by the topic: else the first member would have every topic’s first partition.
        ({ partition }) => readers[(topic.id + partition) % readers.length]?.id === this.id,
      );
    });
  }

  /** Expels members that do not agree in time. */
  async expelOthers(): Promise<void> {
    await this.database.transaction(async (query) => {
      await query(LOCK_GROUP, [this.group]);
      const gone = await query('delete from event_log.members where "group" = $1 and generation < $2 returning id', [this.group, String(this.agreed)]);
      if (gone.length > 0) await this.bump(query);
    });
  }

  async positions(): Promise<ReadonlyMap<string, bigint>> {
    const rows = await this.database.query<{ topic: number; partition: number; next: string }>(
      'select topic, partition, next_offset as next from event_log.positions where "group" = $1',
      [this.group],
    );
    return new Map(rows.map(({ topic, partition, next }) => [`${topic} ${partition}`, BigInt(next)]));
  }

  /** @throws DependencyDown where the log is away, or where the partitions are no longer ours */
  async commit(positions: readonly Position[]): Promise<void> {
    // Rows in key order: two members’ commits must not wait for each other in a circle.
    const sorted = [...positions].sort((a, b) => a.topic - b.topic || a.partition - b.partition);
    const done = await this.database.query(COMMIT, [
      this.group,
      this.id,
      String(this.agreed),
      sorted.map(({ topic }) => topic),
      sorted.map(({ partition }) => partition),
      sorted.map(({ next }) => String(next)),
    ]);
    if (done.length !== positions.length) throw new DependencyDown(EVENT_LOG, new Error('the partitions went to another member'));
  }

  async leave(): Promise<void> {
    await this.database.transaction(async (query) => {
      await query(LOCK_GROUP, [this.group]);
      await query(LEAVE, [this.group, this.id]);
      await this.bump(query);
    });
  }

  private async bump(query: Query): Promise<bigint> {
    const [group] = await query<{ generation: string }>(BUMP, [this.group]);
    return BigInt(group?.generation ?? 0);
  }
}
