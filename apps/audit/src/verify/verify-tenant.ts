import { CHAIN_FAULTS, GENESIS, verifyChain, type ChainHead, type Checkpoint, type Signed, type Tombstone } from '@toolplane/security/chain';
import type { Database } from '@toolplane/persistence';
import { entryOf, SELECTED, type SelectedRow } from '../chain/entry-row.js';
import { inChain } from '../chain/in-chain.js';
import { cannotSee, type ComparedWith } from './cannot-see.js';

export interface ChainReport {
  readonly ok: boolean;
  /** Entries that were found good, from the first that is there on. */
  readonly entries: number;
  readonly firstBadSequence: number | null;
  /** What is wrong there, in words. */
  readonly reason: string | null;
  /** How far the chain is good. Kept elsewhere, it shows a later rewriting of what lies before it. */
  readonly checkpoint: ChainHead;
  /** The last entry that retention has removed; 0 where all are there. */
  readonly removedThrough: number;
  /** What was noted of this chain outside the database, and agrees with it. */
  readonly comparedWith: ComparedWith;
  /** What this cannot show, in words. */
  readonly cannotSee: readonly string[];
}

/** What is known of a chain from outside the database. */
export interface KnownOutside {
  readonly checkpoints: readonly Checkpoint[];
  readonly refused: number;
  isSigned(statement: Signed): Promise<boolean>;
}

export interface VerifyTenantOptions {
  /** Undefined where nothing is noted outside. */
  readonly outside?: KnownOutside | undefined;
  /** Verify no further than this entry. */
  readonly until?: number;
}

const PAGE = 1_000;
const TIMEOUT_MS = 30_000;
const ENDS = `
  select coalesce(h.seq, 0) as seq, coalesce(h.hash, $2) as hash, (select max(e.seq) from audit.entries e where e.tenant_id = $1) as last
    from (select) nothing left join audit.heads h on h.tenant_id = $1`;
const TOMBSTONES = `
  select 'tombstone' as type, tenant_id as "tenantId", month::text as month, first_seq as "firstSeq", last_seq as "lastSeq", prev_hash as "prevHash",
         last_hash as "lastHash", removed_at as "removedAt", key_id as "keyId", signature
    from audit.tombstones where tenant_id = $1 order by first_seq`;
const PAGE_OF = `select ${SELECTED} from audit.entries e where e.tenant_id = $1 and e.seq > $2 and e.seq <= $3 order by e.seq limit ${PAGE}`;

/**
 * Follows a tenant's chain from its first entry to the head that it has when this begins: what is added meanwhile is left for the next time.
 * A transaction a page: a long chain holds no snapshot, and other calls come in between.
 */
export async function verifyTenant(database: Database, tenantId: string, { outside, until }: VerifyTenantOptions = {}): Promise<ChainReport> {
  const read = <Row extends object>(sql: string, values: readonly unknown[]) => inChain(database, tenantId, TIMEOUT_MS, (tx) => tx.query<Row>(sql, values));
  // Before the ends are read: what is noted meanwhile may lie behind them.
  const noted = outside?.checkpoints ?? [];
  const [ends] = await read<ChainHead & { readonly last: number | null }>(ENDS, [tenantId, GENESIS.hash]);
  const { seq: end = 0, hash = GENESIS.hash, last = 0 } = ends ?? {};
  const seq = Math.min(end, until ?? end);
  let start: ChainHead = GENESIS;
  let good: ChainHead = GENESIS;
  const report = (bad: { readonly at: number; readonly reason: string } | null): ChainReport => {
    const compared = noted.filter((place) => place.seq > start.seq && place.seq <= good.seq);
    const latest = compared.at(-1);
    return {
      ok: bad === null,
      entries: (bad ? bad.at - 1 : good.seq) - start.seq,
      firstBadSequence: bad?.at ?? null,
      reason: bad?.reason ?? null,
      checkpoint: { seq: good.seq, hash: good.hash },
      removedThrough: start.seq,
      comparedWith: { checkpoints: compared.length, latest: latest ? { seq: latest.seq, at: latest.at, keyId: latest.keyId } : null, refused: outside?.refused ?? 0 },
      cannotSee: cannotSee({ head: good.seq, latest: latest?.seq, isNoted: outside !== undefined }),
    };
  };

  for (const stone of await read<Omit<Tombstone, 'removedAt'> & { removedAt: Date }>(TOMBSTONES, [tenantId])) {
    const fault = await faultOf({ ...stone, removedAt: stone.removedAt.toISOString() }, start, outside);
    if (fault) return report({ at: start.seq + 1, reason: fault });
    good = start = { seq: stone.lastSeq, hash: stone.lastHash };
  }
  while (good.seq < seq) {
    const page = (await read<SelectedRow>(PAGE_OF, [tenantId, good.seq, seq])).map(entryOf);
    const reachesEnd = page.length < PAGE || page.at(-1)?.seq === seq;
    const verdict = verifyChain(page, { after: good, checkpoints: noted, ...(reachesEnd && seq === end && { head: { seq, hash } }) });
    if (!verdict.ok) {
      const { firstBadSequence: at, reason } = verdict;
      good = page.find((entry) => entry.seq === at - 1) ?? good;
      return report({ at, reason: reason === 'rewritten' ? rewritten(at, noted, start) : CHAIN_FAULTS[reason] });
    }
    if (verdict.entries === 0) return report({ at: good.seq + 1, reason: CHAIN_FAULTS.truncated });
    good = verdict.head;
  }
  if (until !== undefined) return report(null);
  if ((last ?? 0) > seq) return report({ at: seq + 1, reason: 'the entry stands behind the head of the chain' });
  const beyond = noted.at(-1);
  if (beyond && beyond.seq > seq) return report({ at: seq + 1, reason: `the chain ends here; it was noted at ${beyond.seq}` });
  return report(null);
}

/** What is wrong with a tombstone behind what is known to be good; null where nothing is. */
async function faultOf(stone: Tombstone, after: ChainHead, outside: KnownOutside | undefined): Promise<string | null> {
  if (stone.firstSeq !== after.seq + 1 || stone.lastSeq < stone.firstSeq) return 'entries are missing, and no tombstone tells of them';
  if (stone.prevHash !== after.hash) return 'the tombstone does not follow what was before it';
  if (outside && !(await outside.isSigned(stone))) return 'the tombstone in the place of these entries is not signed by a known key';
  return null;
}

/** Where it was changed is not told by a chain that is consistent again, only between which places. */
const rewritten = (at: number, noted: readonly ChainHead[], start: ChainHead): string => {
  const before = noted.findLast((place) => place.seq < at)?.seq ?? start.seq;
  return `${CHAIN_FAULTS.rewritten}: it was made anew from an entry between ${before + 1} and ${at} on`;
};
