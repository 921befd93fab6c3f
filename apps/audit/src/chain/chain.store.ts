import { batchOf, type Tx } from '@toolplane/persistence';
import { GENESIS, type ChainHead } from '@toolplane/security/chain';
import type { Draft } from './draft.js';
import { entryBatch, entryOf, rowOf, SELECTED, type EntryRow, type SelectedRow } from './entry-row.js';
import { entryAt, type Entry } from './entry.js';

const LOCK_HEADS = `select tenant_id as "tenantId", seq, hash from audit.heads where tenant_id = any($1::text[]) order by tenant_id for update`;
const BEGIN_CHAINS = `
  insert into audit.heads (tenant_id, seq, hash) select tenant_id, $2, $3 from unnest($1::text[]) as tenant_id order by tenant_id on conflict do nothing`;

const events = batchOf({ tenantId: 'text', eventId: 'uuid' });
const RECORDED = `
  select row.event_id as "eventId", ${SELECTED}
    from ${events.source}
    join audit.recorded_events r on (r.tenant_id, r.event_id) = (row.tenant_id, row.event_id)
    join audit.entries e on (e.tenant_id, e.seq) = (r.tenant_id, r.seq)`;

const marks = batchOf({ tenantId: 'text', eventId: 'uuid', seq: 'bigint' }, { first: 1 + entryBatch.types.size });
const heads = batchOf({ tenantId: 'text', seq: 'bigint', hash: 'text' }, { first: 1 + entryBatch.types.size + marks.types.size });
const APPEND = `
  with marked as (insert into audit.recorded_events (${marks.columns}) select ${marks.columns} from ${marks.source}),
       moved as (update audit.heads h set seq = row.seq, hash = row.hash from ${heads.source} where h.tenant_id = row.tenant_id)
  insert into audit.entries (${entryBatch.columns}) select ${entryBatch.columns} from ${entryBatch.source}`;

/** Exported for the test of their plans. */
export const CHAIN_STATEMENTS = { LOCK_HEADS, RECORDED, APPEND } as const;

/** A draft, and the entry that it became: now, or when its event came for the first time. */
export interface Recorded {
  readonly draft: Draft;
  readonly entry: Entry;
}

/**
 * Links drafts to the chains of their tenants. Chains have one writer at a time: heads are locked in the order of tenants, and everything
 * that is slow about an entry was done before. Answers for every draft, in order; a repeated event gets the entry that it has.
 */
export async function appendToChains(tx: Tx, drafts: readonly Draft[]): Promise<readonly Recorded[]> {
  if (drafts.length === 0) return [];
  const ends = await lockHeads(tx, [...new Set(drafts.map(({ tenantId }) => tenantId))].sort());
  const recorded = await recordedBefore(tx, drafts);
  const rows: EntryRow[] = [];
  const marked: { tenantId: string; eventId: string; seq: number }[] = [];
  for (const { tenantId, eventId, content, details, seal } of drafts) {
    const key = keyOf(tenantId, eventId);
    if (recorded.has(key)) continue;
    const end = ends.get(tenantId) ?? GENESIS;
    const head = { seq: end.seq + 1, hash: seal.hashAfter(end) };
    const entry = entryAt(content, { seq: head.seq, prevHash: end.hash, hash: head.hash });
    ends.set(tenantId, head);
    recorded.set(key, entry);
    rows.push(rowOf(tenantId, details, entry));
    marked.push({ tenantId, eventId, seq: head.seq });
  }
  if (rows.length > 0) {
    const moved = [...ends].map(([tenantId, head]) => ({ tenantId, ...head }));
    await tx.query(APPEND, [...entryBatch.values(rows), ...marks.values(marked), ...heads.values(moved)]);
  }
  return drafts.map((draft) => ({ draft, entry: recorded.get(keyOf(draft.tenantId, draft.eventId)) as Entry }));
}

const keyOf = (tenantId: string, eventId: string): string => `${tenantId} ${eventId}`;

/** @param tenants in order, so that two batches never wait for each other in a ring */
async function lockHeads(tx: Tx, tenants: readonly string[]): Promise<Map<string, ChainHead>> {
  const lock = () => tx.query<ChainHead & { tenantId: string }>(LOCK_HEADS, [tenants]);
  let locked = await lock();
  if (locked.length < tenants.length) {
    await tx.query(BEGIN_CHAINS, [tenants, GENESIS.seq, GENESIS.hash]);
    locked = await lock();
  }
  return new Map(locked.map(({ tenantId, seq, hash }) => [tenantId, { seq, hash }]));
}

async function recordedBefore(tx: Tx, drafts: readonly Draft[]): Promise<Map<string, Entry>> {
  const rows = await tx.query<SelectedRow & { eventId: string }>(RECORDED, events.values(drafts));
  return new Map(rows.map(({ eventId, ...row }) => [keyOf(row.tenantId, eventId), entryOf(row)]));
}
