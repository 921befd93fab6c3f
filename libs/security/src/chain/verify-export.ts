import { GENESIS, linkOf, verifyLinks, type ChainEntry, type ChainFault, type ChainHead, type ChainVerdict, type Link } from './chain.js';
import type { Tombstone } from './signed.js';

/** What is known of the chain besides its export, from a place that whoever could change the entries could not reach. */
export interface KnownOfChain {
  readonly checkpoints?: readonly ChainHead[];
  /** Months that retention removed. */
  readonly tombstones?: readonly Pick<Tombstone, 'firstSeq' | 'lastSeq' | 'prevHash' | 'lastHash'>[];
}

/**
 * Verifies a chain from its export alone: one entry a line, in whatever order. A line is digested as it comes and only its place in the
 * chain is kept, so that an export may be larger than memory.
 */
export class ExportedChain {
  private readonly links: Link[] = [];
  private unreadable = 0;

  add(line: string): void {
    if (line.trim() === '') return;
    const entry = entryOf(line);
    if (entry) this.links.push(digested(entry));
    else this.unreadable++;
  }

  /** Entries that were read. */
  get size(): number {
    return this.links.length;
  }

  verdict({ checkpoints = [], tombstones = [] }: KnownOfChain = {}): ChainVerdict {
    const links = this.links.sort((a, b) => a.seq - b.seq);
    const places = [...checkpoints].sort((a, b) => a.seq - b.seq);
    const start = startOf(links[0]?.seq ?? 1, tombstones);
    if ('fault' in start) return bad(start.at, start.fault);
    const verdict = verifyLinks(links, { after: start, checkpoints: places });
    if (!verdict.ok) return verdict;
    const beyond = places.at(-1);
    if (beyond && beyond.seq > verdict.head.seq) return { ...bad(verdict.head.seq + 1, 'truncated'), entries: verdict.entries };
    return this.unreadable > 0 ? { ...bad(verdict.head.seq + 1, 'unreadable'), entries: verdict.entries } : verdict;
  }
}

/** What has no canonical form, a number beyond doubles for instance, was never hashed. */
const digested = (entry: ChainEntry): Link => {
  try {
    return linkOf(entry);
  } catch {
    return { seq: entry.seq, prevHash: entry.prevHash, hash: entry.hash, sound: false };
  }
};

const bad = (firstBadSequence: number, reason: ChainFault): ChainVerdict & { readonly ok: false } => ({ ok: false, entries: 0, firstBadSequence, reason });

/** Behind the months that were removed, where the export begins behind them and they are without a gap. */
function startOf(first: number, tombstones: NonNullable<KnownOfChain['tombstones']>): ChainHead | { readonly fault: ChainFault; readonly at: number } {
  let end = GENESIS;
  for (const { firstSeq, lastSeq, prevHash, lastHash } of [...tombstones].sort((a, b) => a.firstSeq - b.firstSeq)) {
    if (lastSeq >= first) break;
    if (lastSeq <= end.seq) continue; // the same month once more: its removal was tried twice
    if (firstSeq !== end.seq + 1) return { fault: 'missing', at: end.seq + 1 };
    if (prevHash !== end.hash) return { fault: 'unlinked', at: firstSeq };
    end = { seq: lastSeq, hash: lastHash };
  }
  return end.seq === first - 1 ? end : GENESIS;
}

function entryOf(line: string): ChainEntry | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  const { seq, prevHash, hash } = (typeof value === 'object' && value !== null ? value : {}) as Partial<ChainEntry>;
  const isEntry = Number.isSafeInteger(seq) && Number(seq) > 0 && typeof prevHash === 'string' && typeof hash === 'string';
  return isEntry ? (value as ChainEntry) : undefined;
}
