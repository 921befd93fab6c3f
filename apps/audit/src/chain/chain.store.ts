import { batchOf, type Batch, type BatchColumns, type BatchRow, type Tx } from '@toolplane/persistence';
import { GENESIS, type ChainHead } from '@toolplane/security/chain';
import type { Draft } from './draft.js';
import { entryBatch, entryOf, rowOf, SELECTED, type EntryRow, type SelectedRow } from './entry-row.js';
import { entryAt, type Entry } from './entry.js';

/** A chain's month never goes back, whatever the clocks say: so a month that is removed is a prefix of every chain. */
const LOCK_HEADS = `
  select tenant_id as "tenantId", seq, hash, greatest(month, date_trunc('month', clock_timestamp() at time zone 'UTC')::date)::text as month
    from audit.heads where tenant_id = any($1::text[]) order by tenant_id for update`;
const BEGIN_CHAINS = `
  insert into audit.heads (tenant_id, seq, hash) select tenant_id, $2, $3 from unnest($1::text[]) as tenant_id order by tenant_id on conflict do nothing`;
const ENSURE_MONTH = 'select audit.ensure_month($1)';

const events = batchOf({ tenantId: 'text', eventId: 'uuid' });
const RECORDED = `
  select r.tenant_id as "tenantId", r.event_id as "eventId", r.seq, r.month::text as month
    from ${events.source} join audit.recorded_events r on (r.tenant_id, r.event_id) = (row.tenant_id, row.event_id)`;
const places = batchOf({ tenantId: 'text', seq: 'bigint', month: 'date' });
const AT_PLACES = `
  select ${SELECTED} from ${places.source} join audit.entries e on (e.tenant_id, e.seq, e.month) = (row.tenant_id, row.seq, row.month)`;

const marks = batchOf({ tenantId: 'text', eventId: 'uuid', seq: 'bigint', month: 'date' }, { first: 1 + entryBatch.types.size });
const heads = batchOf({ tenantId: 'text', seq: 'bigint', hash: 'text', month: 'date' }, { first: 1 + entryBatch.types.size + marks.types.size });
const APPEND = `
  with marked as (insert into audit.recorded_events (${marks.columns}) select ${marks.columns} from ${marks.source}),
       moved as (update audit.heads h set seq = row.seq, hash = row.hash, month = row.month from ${heads.source} where h.tenant_id = row.tenant_id)
  insert into audit.entries (${entryBatch.columns}) select ${entryBatch.columns} from ${entryBatch.source}`;

type BatchRowOf<B> = B extends Batch<infer Columns extends BatchColumns> ? BatchRow<Columns> : never;

/** Exported for the test of their plans. */
export const CHAIN_STATEMENTS = { LOCK_HEADS, RECORDED, AT_PLACES, APPEND } as const;

/** A draft, and the entry that it became: now, or when its event came for the first time. */
export interface Recorded {
  readonly draft: Draft;
  readonly entry: Entry;
  /** JSON of the entry; undefined where it was read from the table. */
  readonly text?: string;
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
  const marked: BatchRowOf<typeof marks>[] = [];
  for (const { tenantId, eventId, content, details, seal } of drafts) {
    const key = keyOf(tenantId, eventId);
    if (recorded.has(key)) continue;
    const end = ends.get(tenantId);
    if (!end) throw new Error('a chain was not locked');
    const { hash, text } = seal.linkAfter(end);
    const head = { seq: end.seq + 1, hash, month: end.month };
    const entry = entryAt(content, { seq: head.seq, prevHash: end.hash, hash: head.hash });
    ends.set(tenantId, head);
    recorded.set(key, { entry, text });
    rows.push(rowOf(tenantId, head.month, details, entry));
    marked.push({ tenantId, eventId, seq: head.seq, month: head.month });
  }
  if (rows.length > 0) {
    await ensureMonths(tx, ends);
    const moved = [...ends].map(([tenantId, head]) => ({ tenantId, ...head }));
    await tx.query(APPEND, [...entryBatch.values(rows), ...marks.values(marked), ...heads.values(moved)]);
  }
  return drafts.flatMap((draft) => {
    const found = recorded.get(keyOf(draft.tenantId, draft.eventId));
    return found ? [{ draft, ...found }] : [];
  });
}

const keyOf = (tenantId: string, eventId: string): string => `${tenantId} ${eventId}`;

/** Where a chain ends, and the month into which its next entry goes. */
interface End extends ChainHead {
  readonly month: string;
}

/** @param tenants in order, so that two batches never wait for each other in a ring */
async function lockHeads(tx: Tx, tenants: readonly string[]): Promise<Map<string, End>> {
  const lock = () => tx.query<End & { tenantId: string }>(LOCK_HEADS, [tenants]);
  let locked = await lock();
  if (locked.length < tenants.length) {
    await tx.query(BEGIN_CHAINS, [tenants, GENESIS.seq, GENESIS.hash]);
    locked = await lock();
  }
  return new Map(locked.map(({ tenantId, ...end }) => [tenantId, end]));
}

const known = new Set<string>();

/** Months are made beforehand by the upkeep; this is for the first moments of a deployment whose upkeep did not run. */
async function ensureMonths(tx: Tx, ends: ReadonlyMap<string, End>): Promise<void> {
  for (const { month } of ends.values()) {
    if (known.has(month)) continue;
    await tx.query(ENSURE_MONTH, [month]);
    tx.afterCommit(() => known.add(month));
  }
}

/**
 * Looked up in two steps: ordinarily nothing comes again, and a table of many partitions takes long to plan. Null where the event was
 * recorded in a month that is no longer there.
 */
async function recordedBefore(tx: Tx, drafts: readonly Draft[]): Promise<Map<string, Omit<Recorded, 'draft'> | null>> {
  const found = await tx.query<{ tenantId: string; eventId: string; seq: number; month: string }>(RECORDED, events.values(drafts));
  if (found.length === 0) return new Map();
  const rows = await tx.query<SelectedRow>(AT_PLACES, places.values(found));
  const entries = new Map(rows.map((row) => [keyOf(row.tenantId, String(row.seq)), { entry: entryOf(row) }]));
  return new Map(found.map(({ tenantId, eventId, seq }) => [keyOf(tenantId, eventId), entries.get(keyOf(tenantId, String(seq))) ?? null]));
}
