import fc from 'fast-check';
import { GENESIS, linkEntry, prepareEntry, verifyChain, type ChainEntry } from './chain.js';

interface Entry extends ChainEntry {
  readonly kind: string;
  readonly input: unknown;
}

const chainOf = (inputs: readonly unknown[], head = GENESIS): Entry[] => {
  const entries: Entry[] = [];
  for (const input of inputs) {
    const { seq, hash } = entries.at(-1) ?? head;
    entries.push(linkEntry({ seq: seq + 1, prevHash: hash, kind: 'outcome', input }));
  }
  return entries;
};
/** Stores and reads back, as a database does. */
const stored = (entries: readonly Entry[]): Entry[] => JSON.parse(JSON.stringify(entries)) as Entry[];
const five = chainOf(['a', { b: 1 }, null, [1, 2], 'e']);
const edit = (entries: readonly Entry[], seq: number, change: Partial<Entry>): Entry[] =>
  entries.map((entry) => (entry.seq === seq ? { ...entry, ...change } : entry));
const head = { seq: 5, hash: five[4]?.hash ?? '' };

describe('a hash chain', () => {
  it('holds as it was linked, through storage and back', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), (inputs) => {
        const verdict = verifyChain(stored(chainOf(inputs)));
        expect(verdict).toMatchObject({ ok: true, entries: inputs.length });
      }),
    );
  });

  it.each<[string, readonly Entry[], number, string]>([
    ['an edited value', edit(five, 3, { input: 'other' }), 3, 'edited'],
    ['an edited kind', edit(five, 1, { kind: 'decision' }), 1, 'edited'],
    ['an edited hash', edit(five, 2, { hash: '0'.repeat(64) }), 2, 'edited'],
    ['a member more', edit(five, 4, { extra: true } as Partial<Entry>), 4, 'edited'],
    ['an entry made anew in its place', five.with(2, linkEntry({ seq: 3, prevHash: five[1]?.hash ?? '', kind: 'outcome', input: 'x' })), 4, 'unlinked'],
    ['an entry removed', five.filter(({ seq }) => seq !== 3), 3, 'missing'],
    ['the first entry removed', five.slice(1), 1, 'missing'],
    ['an entry removed and the rest renumbered', five.filter(({ seq }) => seq !== 2).map((entry, i) => ({ ...entry, seq: i + 1 })), 2, 'edited'],
    ['an entry doubled', [...five.slice(0, 3), ...five.slice(2)], 3, 'misplaced'],
    ['an entry slipped in', [...five.slice(0, 2), ...chainOf(['new'], five[1]), ...five.slice(2).map((e) => ({ ...e, seq: e.seq + 1 }))], 4, 'edited'],
    ['two entries exchanged', [five[0], five[2], five[1], five[3]].flatMap((e) => e ?? []), 2, 'missing'],
    ['two contents exchanged', edit(edit(five, 2, { input: five[3]?.input }), 4, { input: five[1]?.input }), 2, 'edited'],
    ['its tail cut off', five.slice(0, 3), 4, 'truncated'],
    ['all of it cut off', [], 1, 'truncated'],
    ['all of it made anew', chainOf(['a', { b: 1 }, null, [1, 2], 'E']), 5, 'rewritten'],
  ])('shows %s and names where', (_title, entries, firstBadSequence, reason) => {
    expect(verifyChain(entries, { head })).toEqual({ ok: false, entries: firstBadSequence - 1, firstBadSequence, reason });
  });

  it('shows any change of any member of any entry', () => {
    const member = fc.constantFrom<keyof Entry>('seq', 'prevHash', 'hash', 'kind', 'input');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4 }), member, (index, key) => {
        const entry = five[index] as Entry;
        const changed = { ...entry, [key]: key === 'seq' ? entry.seq + 1 : `${JSON.stringify(entry[key])}.` };
        expect(verifyChain(five.with(index, changed), { head }).ok).toBe(false);
      }),
    );
  });

  it('does not show a full rewrite without a head from elsewhere', () => {
    expect(verifyChain(chainOf(['forged'])).ok).toBe(true);
  });

  it('is verified page by page', () => {
    const first = verifyChain(five.slice(0, 2));
    expect(first.ok && verifyChain(five.slice(2), { after: first.head, head })).toEqual({ ok: true, entries: 3, head });
    expect(first.ok && verifyChain(five.slice(3), { after: first.head })).toMatchObject({ ok: false, entries: 0, firstBadSequence: 3 });
  });
});

describe('a prepared entry', () => {
  it('gets the hash that linking gives it, wherever it comes to stand', () => {
    const names = fc.oneof(fc.string(), fc.constantFrom('a', 'prev', 'prevHashes', 'q', 'seqs', 'z', 'sep'));
    const entries = fc.dictionary(names, fc.jsonValue()).filter((e) => !('seq' in e || 'prevHash' in e || 'hash' in e));
    fc.assert(
      fc.property(entries, fc.nat(), (entry, seq) => {
        const place = { seq, hash: five[0]?.hash ?? '' };
        const linked = linkEntry({ ...entry, seq: seq + 1, prevHash: place.hash });
        const { hash, text } = prepareEntry(entry).linkAfter(place);
        expect(hash).toBe(linked.hash);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(linked)));
      }),
    );
  });
});
