import { CHAIN_FAULTS, GENESIS, verifyChain, type ChainHead } from '@toolplane/security/chain';
import type { Database, Tx } from '@toolplane/persistence';
import { entryOf, SELECTED, type SelectedRow } from '../chain/entry-row.js';

export interface ChainReport {
  readonly ok: boolean;
  /** Entries that were found good, from the first on. */
  readonly entries: number;
  readonly firstBadSequence: number | null;
  /** What is wrong there, in words. */
  readonly reason: string | null;
  /** How far the chain is good. Kept elsewhere, it shows a later rewriting of what lies before it. */
  readonly checkpoint: ChainHead;
}

const PAGE = 1_000;
const ENDS = `
  select coalesce(h.seq, 0) as seq, coalesce(h.hash, $2) as hash, (select max(e.seq) from audit.entries e where e.tenant_id = $1) as last
    from (select) nothing left join audit.heads h on h.tenant_id = $1`;
const PAGE_OF = `select ${SELECTED} from audit.entries e where e.tenant_id = $1 and e.seq > $2 and e.seq <= $3 order by e.seq limit ${PAGE}`;

/**
 * Follows a tenant's chain from its first entry to the head that it has when this begins: what is added meanwhile is left for the next time.
 * A transaction a page: a long chain holds no snapshot, and other calls come in between.
 */
export async function verifyTenant(database: Database, tenantId: string): Promise<ChainReport> {
  const read = <Row extends object>(sql: string, values: readonly unknown[]) => database.asTenant(tenantId, (tx: Tx) => tx.query<Row>(sql, values));
  const [ends] = await read<ChainHead & { readonly last: number | null }>(ENDS, [tenantId, GENESIS.hash]);
  const { seq = 0, hash = GENESIS.hash, last = 0 } = ends ?? {};
  let good: ChainHead = GENESIS;
  const bad = (firstBadSequence: number, reason: string): ChainReport => ({ ok: false, entries: firstBadSequence - 1, firstBadSequence, reason, checkpoint: { seq: good.seq, hash: good.hash } });
  while (good.seq < seq) {
    const page = (await read<SelectedRow>(PAGE_OF, [tenantId, good.seq, seq])).map(entryOf);
    const reachesHead = page.length < PAGE || page.at(-1)?.seq === seq;
    const verdict = verifyChain(page, { after: good, ...(reachesHead && { head: { seq, hash } }) });
    if (!verdict.ok) {
      good = page.find((entry) => entry.seq === verdict.firstBadSequence - 1) ?? good;
      return bad(verdict.firstBadSequence, CHAIN_FAULTS[verdict.reason]);
    }
    good = verdict.head;
  }
  if ((last ?? 0) > seq) return bad(seq + 1, 'the entry stands behind the head of the chain');
  return { ok: true, entries: good.seq, firstBadSequence: null, reason: null, checkpoint: good };
}
