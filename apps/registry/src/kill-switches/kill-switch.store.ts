import { Injectable } from '@nestjs/common';
import type { KillSwitch, KillSwitchTarget } from '@toolplane/contracts/documents';
import { GLOBAL } from '@toolplane/contracts/ids';
import type { Tx } from '@toolplane/persistence';
import type { Moment } from '../announce/revision.js';
import type { Maker } from '../author/author.js';

/** What is stopped, as events name it. */
export interface Target {
  readonly type: KillSwitchTarget;
  readonly id: string;
  /** For people. */
  readonly name: string;
}
export interface Switched extends Target {
  /** Null: for everybody. */
  readonly tenantId: string | null;
  readonly on: boolean;
  readonly reason: string | null;
  readonly by: Maker;
}
export interface KillSwitchRow extends Omit<KillSwitch, 'changedAt'> {
  readonly changedAt: Date | null;
}
type After = readonly [type: string, id: string, owner: string];

const COLUMNS = `
  k.target_type as type, k.target_id as id, k.target_name as name, case when k.tenant_id is null then 'global' else 'tenant' end as scope,
  k.is_on as "on", k.reason, k.changed_at as "changedAt", k.changed_by as "changedBy"`;
/** Whoever switches one takes the revision under the lock of its row, or makes the row. */
const LOCK = `select ${COLUMNS} from registry.kill_switches k where (owner, target_type, target_id) = ($1, $2, $3) for update`;
const PUT = `
  insert into registry.kill_switches as k (tenant_id, target_type, target_id, target_name, is_on, reason, changed_by, revision, changed_at)
  values ($1, $2, $3, $4, $5, $6, $7, nextval('registry.revision'), date_trunc('milliseconds', now()))
  on conflict (owner, target_type, target_id) do update set target_name = excluded.target_name, is_on = excluded.is_on, reason = excluded.reason,
    changed_by = excluded.changed_by, revision = nextval('registry.revision'), changed_at = excluded.changed_at
  returning revision, changed_at as at`;
/** The platform's switch goes before the tenant's own where it is on. */
const FIND = `
  select ${COLUMNS} from registry.kill_switches k where k.owner in ($1, '*') and (k.target_type, k.target_id) = ($2, $3)
   order by k.is_on and k.tenant_id is null desc, k.tenant_id nulls last limit 1`;
const LIST = `
  select ${COLUMNS}, k.owner from registry.kill_switches k where k.owner in ($1, '*')
     and ($2::text is null or (k.target_type, k.target_id, k.owner) > ($2, $3, $4))
   order by k.target_type, k.target_id, k.owner limit $5`;

@Injectable()
export class KillSwitchStore {
  async lock(tx: Tx, tenantId: string | null, { type, id }: Pick<Target, 'type' | 'id'>): Promise<KillSwitchRow | undefined> {
    return (await tx.query<KillSwitchRow>(LOCK, [tenantId ?? GLOBAL, type, id]))[0];
  }

  async put(tx: Tx, { tenantId, type, id, name, on, reason, by }: Switched): Promise<Moment> {
    const [moment] = await tx.query<Moment>(PUT, [tenantId, type, id, name, on, reason, JSON.stringify(by)]);
    if (!moment) throw new Error('an upsert gives its row');
    return moment;
  }

  /** The one that counts for a tenant. */
  async find(tx: Tx, tenantId: string, type: KillSwitchTarget, id: string): Promise<KillSwitchRow | undefined> {
    return (await tx.query<KillSwitchRow>(FIND, [tenantId, type, id]))[0];
  }

  /** By target, those of the platform too. */
  list(tx: Tx, tenantId: string, after: After | undefined, take: number): Promise<(KillSwitchRow & { readonly owner: string })[]> {
    return tx.query(LIST, [tenantId, after?.[0] ?? null, after?.[1] ?? null, after?.[2] ?? null, take]);
  }
}
