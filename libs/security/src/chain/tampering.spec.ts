import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { GENESIS, linkEntry, type ChainEntry, type ChainHead } from './chain.js';
import { ExportedChain } from './verify-export.js';

/**
 * What somebody with every right on the database can do to a chain, a thousand times at random, and what verifying an export says of it.
 * Another seed each time, printed: put it below, and a miss is seen again.
 */
const SEED = randomInt(2 ** 31);
const TAMPERINGS = 1_000;

interface Entry extends ChainEntry {
  readonly [member: string]: unknown;
}
interface Chain {
  readonly entries: readonly Entry[];
  /** Noted outside, in order; the last is the head. */
  readonly checkpoints: readonly ChainHead[];
}
/** The export afterwards, and between which places the first bad one must be named. */
interface Tampered {
  readonly entries: readonly Entry[];
  readonly from: number;
  readonly to: number;
}
type Tampering = (chain: Chain, random: (below: number) => number) => Tampered;

const relinked = (contents: readonly Omit<Entry, 'hash'>[], after: ChainHead): Entry[] => {
  const entries: Entry[] = [];
  for (const { seq: _seq, prevHash: _prev, hash: _hash, ...content } of contents) {
    const { seq, hash } = entries.at(-1) ?? after;
    entries.push(linkEntry({ ...content, seq: seq + 1, prevHash: hash }) as unknown as Entry);
  }
  return entries;
};
const renumbered = (entries: readonly Entry[]): Entry[] => entries.map((entry, index) => ({ ...entry, seq: index + 1 }));
const changed = (value: unknown): unknown =>
  typeof value === 'number' ? value + 1 : typeof value === 'boolean' ? !value : typeof value === 'string' ? `${value}.` : value === null ? 0 : null;
/** The first place that a checkpoint proves to be another, when everything from `seq` on was made anew. */
const proved = ({ checkpoints }: Chain, seq: number): number => checkpoints.find((place) => place.seq >= seq)?.seq ?? Number.NaN;

const TAMPERINGS_BY_NAME: Readonly<Record<string, Tampering>> = {
  'edits a member': ({ entries }, random) => {
    const index = random(entries.length);
    const entry = entries[index] as Entry;
    const members = Object.keys(entry).filter((name) => name !== 'seq');
    const name = members[random(members.length)] ?? 'kind';
    return { entries: entries.with(index, { ...entry, [name]: changed(entry[name]) }), from: index + 1, to: index + 1 };
  },
  'edits deep inside': ({ entries }, random) => {
    const index = random(entries.length);
    const entry = entries[index] as Entry;
    const input = { ...(entry['input'] as object), deep: [{ value: random(1_000) + 1_000 }] };
    return { entries: entries.with(index, { ...entry, input }), from: index + 1, to: index + 1 };
  },
  'adds a member': ({ entries }, random) => {
    const index = random(entries.length);
    return { entries: entries.with(index, { ...(entries[index] as Entry), note: null }), from: index + 1, to: index + 1 };
  },
  'takes a member away': ({ entries }, random) => {
    const index = random(entries.length);
    const { status: _status, ...rest } = entries[index] as Entry;
    return { entries: entries.with(index, rest), from: index + 1, to: index + 1 };
  },
  'makes one entry anew, with a hash that fits': ({ entries }, random) => {
    const index = random(entries.length);
    const { hash: _hash, ...rest } = entries[index] as Entry;
    const forged = linkEntry({ ...rest, code: 'FORGED' }) as unknown as Entry;
    // The one after it tells, or the checkpoint of the head.
    return { entries: entries.with(index, forged), from: index + 1, to: Math.min(index + 2, entries.length) };
  },
  'deletes a run': ({ entries }, random) => {
    const first = random(entries.length);
    const count = 1 + random(Math.min(5, entries.length - first));
    return { entries: entries.toSpliced(first, count), from: first + 1, to: first + 1 };
  },
  'deletes a run and numbers the rest anew': ({ entries }, random) => {
    const first = random(entries.length);
    return { entries: renumbered(entries.toSpliced(first, 1)), from: first + 1, to: first + 1 };
  },
  'inserts a copy': ({ entries }, random) => {
    const index = random(entries.length);
    return { entries: entries.toSpliced(index, 0, entries[index] as Entry), from: index + 1, to: index + 1 };
  },
  'inserts a forged entry that links': ({ entries }, random) => {
    const index = random(entries.length);
    const forged = relinked([{ ...(entries[index] as Entry), code: 'FORGED' }], entries[index - 1] ?? GENESIS);
    return { entries: entries.toSpliced(index, 0, ...forged), from: index + 1, to: index + 1 };
  },
  'inserts a forged entry and numbers the rest anew': (chain, random) => {
    const index = random(chain.entries.length);
    const forged = relinked([{ ...(chain.entries[index] as Entry), code: 'FORGED' }], chain.entries[index - 1] ?? GENESIS);
    // The forged one links; what follows it does not, unless a checkpoint lies just there.
    return { entries: renumbered(chain.entries.toSpliced(index, 0, ...forged)), from: index + 1, to: index + 2 };
  },
  'exchanges two contents': ({ entries }, random) => {
    const [first, second] = twoOf(entries.length, random);
    const [a, b] = [entries[first] as Entry, entries[second] as Entry];
    const place = ({ seq, prevHash, hash }: Entry): ChainEntry => ({ seq, prevHash, hash });
    return { entries: entries.with(first, { ...b, ...place(a) }).with(second, { ...a, ...place(b) }), from: first + 1, to: first + 1 };
  },
  'exchanges two places': ({ entries }, random) => {
    const [first, second] = twoOf(entries.length, random);
    const [a, b] = [entries[first] as Entry, entries[second] as Entry];
    return { entries: entries.with(first, { ...a, seq: b.seq }).with(second, { ...b, seq: a.seq }), from: first + 1, to: first + 1 };
  },
  'cuts the tail': ({ entries }, random) => {
    const length = random(entries.length);
    return { entries: entries.slice(0, length), from: length + 1, to: length + 1 };
  },
  'makes everything anew from a place on': (chain, random) => {
    const index = random(chain.entries.length);
    const contents = chain.entries.slice(index).map((entry, n) => (n === 0 ? { ...entry, code: 'FORGED' } : entry));
    const forged = [...chain.entries.slice(0, index), ...relinked(contents, chain.entries[index - 1] ?? GENESIS)];
    return { entries: forged, from: proved(chain, index + 1), to: proved(chain, index + 1) };
  },
  'takes an entry out and makes the rest anew': (chain, random) => {
    const index = random(chain.entries.length);
    const forged = [...chain.entries.slice(0, index), ...relinked(chain.entries.slice(index + 1), chain.entries[index - 1] ?? GENESIS)];
    const at = proved(chain, index + 1);
    // Of the head itself nothing is left to have another hash: then the chain is one too short.
    return { entries: forged, from: at, to: at };
  },
  'writes something that is no entry': ({ entries }, random) => {
    const index = random(entries.length);
    return { entries: entries.with(index, { broken: true } as unknown as Entry), from: index + 1, to: index + 1 };
  },
};

const twoOf = (length: number, random: (below: number) => number): [number, number] => {
  const first = random(length - 1);
  return [first, first + 1 + random(length - first - 1)];
};

const text = fc.option(fc.string({ maxLength: 8 }));
const content = fc.record({
  kind: fc.constantFrom('decision', 'outcome', 'approval'), code: text, toolName: text, status: fc.constantFrom('success', 'failed'),
  input: fc.dictionary(fc.string({ maxLength: 4 }), fc.jsonValue({ maxDepth: 1 }), { maxKeys: 3 }), attempts: fc.nat(3),
});
const chainOf = fc.record({ contents: fc.array(content, { minLength: 2, maxLength: 25 }), noted: fc.array(fc.nat(24), { maxLength: 3 }) })
  .map(({ contents, noted }): Chain => {
    const entries = relinked(contents, GENESIS);
    const places = new Set([...noted.map((n) => n % entries.length), entries.length - 1]);
    return { entries, checkpoints: [...places].sort((a, b) => a - b).map((index) => entries[index] as Entry).map(({ seq, hash }) => ({ seq, hash })) };
  });
const numbers = fc.array(fc.nat(), { minLength: 8, maxLength: 8 });

/** As it comes out of a list that is sorted by time, which says nothing about the chain: in any order. */
const exported = (entries: readonly Entry[], order: readonly number[]): ExportedChain => {
  const chain = new ExportedChain();
  const lines = entries.map((entry, index) => ({ line: JSON.stringify(entry), rank: (order[index % order.length] ?? 0) + index }));
  for (const { line } of lines.sort((a, b) => a.rank - b.rank)) chain.add(line);
  return chain;
};
const randomOf = (drawn: readonly number[]): ((below: number) => number) => {
  let at = 0;
  return (below) => (drawn[at++ % drawn.length] ?? 0) % below;
};

describe('an export that was tampered with', () => {
  const found = new Map<string, number>();
  const names = Object.keys(TAMPERINGS_BY_NAME);

  it(`is told from one that was not, ${TAMPERINGS} times, and the first bad entry is named (seed ${SEED})`, () => {
    let turn = 0;
    fc.assert(
      fc.property(chainOf, numbers, (chain, drawn) => {
        const name = names[turn++ % names.length] ?? '';
        const { entries, from, to } = (TAMPERINGS_BY_NAME[name] as Tampering)(chain, randomOf(drawn));
        const { checkpoints } = chain;
        expect(exported(chain.entries, drawn).verdict({ checkpoints })).toMatchObject({ ok: true, entries: chain.entries.length });
        const verdict = exported(entries, drawn).verdict({ checkpoints });
        expect({ name, ...verdict }).toMatchObject({ name, ok: false });
        if (verdict.ok) return;
        expect(verdict.firstBadSequence).toBeGreaterThanOrEqual(from);
        expect(verdict.firstBadSequence).toBeLessThanOrEqual(to);
        found.set(name, (found.get(name) ?? 0) + 1);
      }),
      { seed: SEED, numRuns: TAMPERINGS, endOnFailure: true },
    );
    expect([...found.keys()].sort()).toEqual([...names].sort());
    expect([...found.values()].reduce((sum, count) => sum + count, 0)).toBe(TAMPERINGS);
  });

  it('does not show, without a checkpoint, what only a checkpoint can show', () => {
    const entries = relinked([{ kind: 'a' }, { kind: 'b' }, { kind: 'c' }], GENESIS);
    expect(exported(entries.slice(0, 2), [0]).verdict().ok).toBe(true);
    expect(exported(relinked([{ kind: 'x' }], GENESIS), [0]).verdict().ok).toBe(true);
  });
});

describe('an export of a chain whose first month was removed', () => {
  const entries = relinked(Array.from({ length: 9 }, (_, n) => ({ kind: `k${n}` })), GENESIS);
  const at = (seq: number): string => (seq === 0 ? GENESIS.hash : (entries[seq - 1]?.hash ?? ''));
  const stone = (firstSeq: number, lastSeq: number) => ({ firstSeq, lastSeq, prevHash: at(firstSeq - 1), lastHash: at(lastSeq) });
  const verdict = (from: number, tombstones: readonly ReturnType<typeof stone>[]) => exported(entries.slice(from - 1), [0]).verdict({ tombstones });

  it('begins behind its tombstones', () => {
    expect(verdict(7, [stone(4, 6), stone(1, 3)])).toMatchObject({ ok: true, entries: 3, head: { seq: 9 } });
    expect(verdict(1, [stone(1, 3)])).toMatchObject({ ok: true, entries: 9 });
  });

  it.each([
    ['a tombstone is missing', 7, [stone(4, 6)], 1, 'missing'],
    ['an entry is missing behind it', 8, [stone(1, 3), stone(4, 6)], 1, 'missing'],
    ['tombstones do not fit each other', 7, [stone(1, 3), { ...stone(4, 6), prevHash: 'x' }], 4, 'unlinked'],
    ['a tombstone ends elsewhere', 4, [{ ...stone(1, 3), lastHash: 'x' }], 4, 'unlinked'],
    ['there is none', 4, [], 1, 'missing'],
  ] as const)('is bad where %s', (_title, from, tombstones, firstBadSequence, reason) => {
    expect(verdict(from, tombstones)).toMatchObject({ ok: false, firstBadSequence, reason });
  });
});
