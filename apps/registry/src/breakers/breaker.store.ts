import { Injectable } from '@nestjs/common';
import type { Breaker } from '@toolplane/contracts/documents';
import { batchOf, type Tx } from '@toolplane/persistence';
import { nextMoment, type Moment } from '../announce/revision.js';
import type { Maker } from '../author/author.js';

/** A breaker of one worker, as that one told of it. */
export interface Told {
  readonly tenantId: string;
  readonly id: string;
  readonly worker: string;
  readonly provider: string;
  readonly toolId: string;
  readonly origin: string;
  readonly state: Breaker['state'];
  readonly since: string;
  readonly retryAfterMs: number | null;
  readonly toldAt: Date;
}
export type Forced = NonNullable<Breaker['forced']>;

interface WorkerRow extends Omit<Told, 'tenantId' | 'since' | 'toldAt'> {
  readonly since: Date;
  readonly toolName: string | null;
  readonly forcedState: Forced['state'] | null;
  readonly reason: string | null;
  readonly changedAt: Date | null;
  readonly changedBy: Maker | null;
}

const told = batchOf({
  tenantId: 'text', id: 'text', worker: 'text', provider: 'text', toolId: 'text', origin: 'text', state: 'text', since: 'timestamptz', retryAfterMs: 'bigint', toldAt: 'timestamptz',
});
const TAKE = `
  insert into registry.breakers as b (${told.columns}) select ${told.columns} from ${told.source}
  on conflict (tenant_id, id, worker) do update set state = excluded.state, since = excluded.since, retry_after_ms = excluded.retry_after_ms, told_at = excluded.told_at
   where b.told_at <= excluded.told_at`;
const began = batchOf({ worker: 'text', at: 'timestamptz' });
/** A worker that has just come has no breakers yet, one that has gone has none any more. */
const FORGET = `delete from registry.breakers b using ${began.source} where b.worker = row.worker and b.told_at < row.at`;
const IDS = `select distinct id from registry.breakers where tenant_id = $1 and ($2::text is null or id > $2) order by id limit $3`;
const ROWS = `
  select b.id, b.worker, b.provider, b.tool_id as "toolId", b.origin, b.state, b.since, b.retry_after_ms as "retryAfterMs",
         (select t.name from registry.tools t where t.owner in ($1, '*') and t.id::text = b.tool_id order by t.tenant_id nulls last limit 1) as "toolName",
         f.state as "forcedState", f.reason, f.changed_at as "changedAt", f.changed_by as "changedBy"
    from registry.breakers b left join registry.forced_breakers f on (f.tenant_id, f.id) = (b.tenant_id, b.id)
   where b.tenant_id = $1 and b.id = any ($2) order by b.id, b.worker`;
const LOCK = `select pg_advisory_xact_lock(hashtext('breaker ' || $1 || ' ' || $2))`;
const FORCE = `
  insert into registry.forced_breakers (tenant_id, id, state, reason, changed_by, revision, changed_at) values ($1, $2, $3, $4, $5, $6, $7)
  on conflict (tenant_id, id) do update set
    state = excluded.state, reason = excluded.reason, changed_by = excluded.changed_by, revision = excluded.revision, changed_at = excluded.changed_at`;

const WORST: readonly Breaker['state'][] = ['open', 'half_open', 'closed'];

@Injectable()
export class BreakerStore {
  /** Takes in what workers told, the newest word of each. */
  async take(tx: Tx, breakers: readonly Told[], workers: readonly { readonly worker: string; readonly at: Date }[]): Promise<void> {
    if (workers.length > 0) await tx.query(FORGET, began.values(workers));
    if (breakers.length > 0) await tx.query(TAKE, told.values(breakers));
  }

  /** By id. */
  async list(tx: Tx, tenantId: string, after: string | undefined, take: number): Promise<Breaker[]> {
    const ids = await tx.query<{ id: string }>(IDS, [tenantId, after ?? null, take]);
    return breakersOf(await tx.query<WorkerRow>(ROWS, [tenantId, ids.map(({ id }) => id)]));
  }

  async find(tx: Tx, tenantId: string, id: string): Promise<Breaker | undefined> {
    return breakersOf(await tx.query<WorkerRow>(ROWS, [tenantId, [id]]))[0];
  }

  /** Puts down what it is forced to. One after the other: revisions grow in the order of the words. */
  async force(tx: Tx, tenantId: string, id: string, { state, reason, by }: { state: Forced['state']; reason: string | null; by: Maker }): Promise<Moment> {
    await tx.query(LOCK, [tenantId, id]);
    const moment = await nextMoment(tx);
    await tx.query(FORCE, [tenantId, id, state, reason, JSON.stringify(by), moment.revision, moment.at]);
    return moment;
  }
}

/** Rows come by id: those of one breaker stand together. */
const breakersOf = (rows: readonly WorkerRow[]): Breaker[] => {
  const groups = new Map<string, WorkerRow[]>();
  for (const row of rows) groups.set(row.id, [...(groups.get(row.id) ?? []), row]);
  return [...groups.values()].flatMap((group) => breakerOf(group) ?? []);
};

const breakerOf = (rows: readonly WorkerRow[]): Breaker | null => {
  const worst = [...rows].sort((a, b) => WORST.indexOf(a.state) - WORST.indexOf(b.state) || a.since.getTime() - b.since.getTime())[0];
  if (!worst) return null;
  const { id, toolId, toolName, origin, provider, forcedState, reason, changedAt, changedBy } = worst;
  const forced = forcedState && changedAt && changedBy ? { state: forcedState, reason, changedAt: changedAt.toISOString(), changedBy } : null;
  const held = forced?.state === 'open' && worst.state !== 'open';
  return {
    id, toolId, toolName, origin, provider,
    state: held ? 'open' : worst.state,
    since: held ? forced.changedAt : worst.since.toISOString(),
    retryAfterMs: held ? null : worst.retryAfterMs,
    forced,
    workers: rows.map(({ worker, state, since, retryAfterMs }) => ({ worker, state, since: since.toISOString(), retryAfterMs })),
  };
};
