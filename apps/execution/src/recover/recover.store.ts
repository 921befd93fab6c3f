import type { Tx } from '@toolplane/persistence';

export interface Due {
  readonly tenantId: string;
  readonly id: string;
  readonly attempt: number;
}

export interface Leases {
  readonly since: Date;
  readonly judgedAt: Date;
  readonly lagging: readonly string[];
  readonly goneMs: number;
  readonly limit: number;
}

const LOCK = `select pg_try_advisory_xact_lock(hashtext('execution.sweep')) as locked`;

/** Rows whose start-by lies before `since` have all ended: the scan begins there, so that it reads only what was dispatched of late. */
const LEASES = `
  select e.tenant_id as "tenantId", e.id, e.attempt
    from execution.executions e
   where e.start_by >= $1 and e.start_by < $2 and e.status || '' = 'running' and e.lease_until < $2
     and (e.terms ->> 'provider' <> all($3) or e.lease_until < $2 - $4 * interval '1 ms')
   order by e.start_by limit $5`;
const OLDEST_LEASE = `
  select coalesce(min(e.start_by), $2) as since
    from execution.executions e
   where e.start_by >= $1 and e.start_by < $2 and e.status || '' = 'running'`;
export const DEADLINES = `
  select e.tenant_id as "tenantId", e.id, e.attempt
    from execution.executions e
   where e.deadline < now() and e.status in ('requested', 'awaiting_approval')
   order by e.deadline limit $1`;
const FORGET_KEYS = `
  delete from execution.idempotency_keys k
   where (k.tenant_id, k.key) in (select o.tenant_id, o.key from execution.idempotency_keys o
                                   where o.created_at < now() - interval '25 hours' limit 1000)`;

/** The statements of the sweep. */
export const recoverStore = {
  /** One leader sweeps; whoever does not get the lock leaves it to them. Held until the transaction ends. */
  async lead(tx: Tx): Promise<boolean> {
    return (await tx.query<{ locked: boolean }>(LOCK))[0]?.locked ?? false;
  },
  async now(tx: Tx): Promise<Date> {
    return (await tx.query<{ now: Date }>('select now() as now'))[0]?.now ?? new Date(0);
  },
  /** Attempts whose lease had run out at `judgedAt`; those of lagging providers only where it ran out `goneMs` before. */
  leases: (tx: Tx, { since, judgedAt, lagging, goneMs, limit }: Leases): Promise<Due[]> => tx.query(LEASES, [since, judgedAt, lagging, goneMs, limit]),
  async oldestLease(tx: Tx, since: Date, until: Date): Promise<Date> {
    return (await tx.query<{ since: Date }>(OLDEST_LEASE, [since, until]))[0]?.since ?? since;
  },
  deadlines: (tx: Tx, limit: number): Promise<Due[]> => tx.query(DEADLINES, [limit]),
  async forgetKeys(tx: Tx): Promise<void> {
    await tx.query(FORGET_KEYS);
  },
};
