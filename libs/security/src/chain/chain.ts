import { canonicalMembers } from './canonical.js';
import { digest, sha256 } from './digest.js';

/** What every entry of a hash chain has; the rest is the entry's own and is covered by its hash. */
export interface ChainEntry {
  /** Counts from 1 without a gap. */
  readonly seq: number;
  /** Hash of the entry before. */
  readonly prevHash: string;
  /** SHA-256 over the RFC 8785 form of the entry without `hash`. */
  readonly hash: string;
}

/** Where a chain ends. */
export interface ChainHead {
  readonly seq: number;
  readonly hash: string;
}

/** Before the first entry. */
export const GENESIS: ChainHead = Object.freeze({ seq: 0, hash: '0'.repeat(64) });

/** Seals an entry whose place is known: adds its hash. */
export const linkEntry = <E extends Omit<ChainEntry, 'hash'> & { readonly hash?: never }>(entry: E): E & ChainEntry => ({
  ...entry,
  hash: digest(entry),
});

/** An entry at its place. */
export interface LinkedEntry {
  readonly hash: string;
  /** The whole entry as JSON, its hash included: nobody needs to write it out again. */
  readonly text: string;
}

export interface PreparedEntry {
  /** The entry behind this head: one SHA-256, so that a lock on the head is held for no more than that. */
  linkAfter(head: ChainHead): LinkedEntry;
}

/**
 * Makes the canonical form of all but an entry's place, before its place is known.
 * @param known canonical texts of members, where they are there already
 */
export function prepareEntry(
  entry: Readonly<Record<string, unknown>> & { readonly seq?: never; readonly prevHash?: never; readonly hash?: never },
  known?: Readonly<Record<string, string>>,
): PreparedEntry {
  const before = canonicalMembers(entry, undefined, 'prevHash', known);
  const between = canonicalMembers(entry, 'prevHash', 'seq', known);
  const after = canonicalMembers(entry, 'seq', undefined, known);
  const start = before === '' ? '{"prevHash":"' : `{${before},"prevHash":"`;
  const middle = between === '' ? '","seq":' : `",${between},"seq":`;
  const end = after === '' ? '}' : `,${after}}`;
  return {
    linkAfter: (head) => {
      const hashed = `${start}${head.hash}${middle}${head.seq + 1}${end}`;
      const hash = sha256(hashed);
      return { hash, text: `{"hash":"${hash}",${hashed.slice(1)}` };
    },
  };
}

export type ChainVerdict =
  | { readonly ok: true; readonly entries: number; readonly head: ChainHead }
  | {
      readonly ok: false;
      /** Entries that were good before the first bad one. */
      readonly entries: number;
      /** Of a chain that was made anew: the first place that is proved to be another, though the change may have begun earlier. */
      readonly firstBadSequence: number;
      readonly reason: ChainFault;
    };

export const CHAIN_FAULTS = {
  edited: 'the entry is not what was hashed',
  missing: 'an entry is missing',
  misplaced: 'the entry stands at a place that is already taken',
  unlinked: 'the entry does not follow the one before it',
  truncated: 'the chain ends before its head',
  rewritten: 'the chain has another hash here than was noted',
  unreadable: 'there is a line that is no entry',
} as const;
export type ChainFault = keyof typeof CHAIN_FAULTS;

export interface VerifyOptions {
  /** The last entry that is already known to be good: long chains are verified page by page. Default: the beginning. */
  readonly after?: ChainHead;
  /** Where the chain must end, from a place that whoever can change the entries cannot: without it a cut tail does not show. */
  readonly head?: ChainHead;
  /** Other places that are known from elsewhere, in order. */
  readonly checkpoints?: readonly ChainHead[];
}

/** An entry as verifying sees it. */
export interface Link extends ChainEntry {
  /** Whether its content has its hash. */
  readonly sound: boolean;
}

export const linkOf = <Entry extends ChainEntry>({ hash, ...hashed }: Entry): Link => ({
  seq: hashed.seq,
  prevHash: hashed.prevHash,
  hash,
  sound: digest(hashed) === hash,
});

/**
 * Checks entries in the order of `seq` and names the first that is bad. A chain shows edits, removals, insertions and changes of order;
 * whoever may rewrite every entry from one on can make it consistent again, and only a place that was noted elsewhere shows that.
 */
export function verifyChain(entries: Iterable<ChainEntry>, options: VerifyOptions = {}): ChainVerdict {
  return verifyLinks(linksOf(entries), options);
}

function* linksOf(entries: Iterable<ChainEntry>): Iterable<Link> {
  for (const entry of entries) yield linkOf(entry);
}

/** The same, of entries whose content was digested as it was read. */
export function verifyLinks(links: Iterable<Link>, { after = GENESIS, head, checkpoints = [] }: VerifyOptions = {}): ChainVerdict {
  let last = after;
  let next = checkpoints.findIndex(({ seq }) => seq > after.seq);
  const noted = (): ChainHead | undefined => (next === -1 ? undefined : checkpoints[next]);
  const bad = (firstBadSequence: number, reason: ChainFault): ChainVerdict => ({
    ok: false,
    entries: Math.max(0, firstBadSequence - 1 - after.seq),
    firstBadSequence,
    reason,
  });
  for (const { seq, prevHash, hash, sound } of links) {
    if (seq > last.seq + 1) return bad(last.seq + 1, 'missing');
    if (seq !== last.seq + 1) return bad(seq, 'misplaced');
    if (!sound) return bad(seq, 'edited');
    if (prevHash !== last.hash) return bad(seq, 'unlinked');
    last = { seq, hash };
    if (seq === head?.seq && hash !== head.hash) return bad(seq, 'rewritten');
    for (let place = noted(); place?.seq === seq; place = noted()) {
      if (place.hash !== hash) return bad(seq, 'rewritten');
      next++;
    }
  }
  if (head && last.seq < head.seq) return bad(last.seq + 1, 'truncated');
  return { ok: true, entries: last.seq - after.seq, head: last };
}
