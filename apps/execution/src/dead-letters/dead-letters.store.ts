import { batchOf, type Tx } from '@toolplane/persistence';
import { mayDo, type Caller } from '@toolplane/service-kit';
import type { DeadLetterRow } from './dead-letter.js';

const letter = batchOf({
  id: 'uuid', tenantId: 'text', topic: 'text', partition: 'int', recordOffset: 'bigint', key: 'text', headers: 'json', value: 'text',
  valueIsBase64: 'bool', code: 'text', reason: 'text', attempts: 'int', at: 'timestamptz',
});
const ADD = `insert into execution.dead_letters (${letter.columns}) select ${letter.columns} from ${letter.source} on conflict do nothing`;
const COLUMNS = `d.id, d.tenant_id as "tenantId", d.topic, d.partition, d.record_offset::text as "recordOffset", d.key, d.headers, d.value,
  d.value_is_base64 as "valueIsBase64", d.code, d.reason, d.attempts, d.at, d.status`;
/** A tenant's own; whoever administers the platform also sees those that belong to no tenant. */
const VISIBLE = `(d.tenant_id = $1 or ($2 and d.tenant_id is null))`;
const ONE = `select ${COLUMNS} from execution.dead_letters d where ${VISIBLE} and d.id = $3`;
/** Two who act on one record take turns. */
const LOCK = `${ONE} for update`;
const CLOSE = `update execution.dead_letters d set status = $2 where d.id = $1`;
const LIST = `
  select ${COLUMNS} from execution.dead_letters d
   where ${VISIBLE} and ($3::timestamptz is null or (d.at, d.id) < ($3, $4::uuid))
   order by d.at desc, d.id desc limit $5`;

export interface Viewer {
  readonly tenantId: string;
  readonly seesUnowned: boolean;
}

export const viewerOf = ({ tenantId, roles }: Pick<Caller, 'tenantId' | 'roles'>): Viewer => ({ tenantId, seesUnowned: mayDo(roles, 'tenants:manage') });

export const deadLettersStore = {
  async add(tx: Tx, rows: readonly Omit<DeadLetterRow, 'status'>[]): Promise<void> {
    const ordered = [...rows].sort((a, b) => (a.id < b.id ? -1 : 1));
    await tx.query(ADD, letter.values(ordered));
  },
  async one(tx: Tx, { tenantId, seesUnowned }: Viewer, id: string): Promise<DeadLetterRow | null> {
    return (await tx.query<DeadLetterRow>(ONE, [tenantId, seesUnowned, id]))[0] ?? null;
  },
  async lock(tx: Tx, { tenantId, seesUnowned }: Viewer, id: string): Promise<DeadLetterRow | null> {
    return (await tx.query<DeadLetterRow>(LOCK, [tenantId, seesUnowned, id]))[0] ?? null;
  },
  async close(tx: Tx, id: string, status: DeadLetterRow['status']): Promise<void> {
    await tx.query(CLOSE, [id, status]);
  },
  /** Newest first. */
  list: (tx: Tx, { tenantId, seesUnowned }: Viewer, limit: number, after: readonly [string, string] | null): Promise<DeadLetterRow[]> =>
    tx.query(LIST, [tenantId, seesUnowned, after?.[0] ?? null, after?.[1] ?? null, limit]),
};
