import { ToolAuditRecorded } from '@toolplane/contracts/events';
import { golden } from '@toolplane/contracts/testing';
import fc from 'fast-check';
import { FollowedChain, type Entry } from './followed-chain.js';

const SAMPLE = golden(ToolAuditRecorded).data;
const entry = (seq: number): Entry => ({ ...SAMPLE, seq, kind: seq % 3 === 0 ? 'decision' : 'outcome' });
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A chain that grows, its reader, and who follows it. */
class Scene {
  head = 0;
  down = false;
  reads = 0;
  readonly seen: number[] = [];
  /** How many entries the reader takes before it is full. */
  room = Infinity;
  readonly chain: FollowedChain;

  constructor(after: number, private readonly wants: (entry: Entry) => boolean = () => true, private readonly limit = 3) {
    this.head = after;
    this.chain = new FollowedChain({
      after,
      wants,
      sink: { write: ({ seq }) => (this.seen.push(seq), --this.room > 0) },
      read: async (last) => {
        this.reads += 1;
        await turn();
        if (this.down) throw new Error('away');
        const items: Entry[] = [];
        for (let seq = last + 1; seq <= this.head && items.length < this.limit; seq++) if (this.wants(entry(seq))) items.push(entry(seq));
        return { items, through: items.length < this.limit ? this.head : (items.at(-1)?.seq ?? this.head) };
      },
    });
  }

  async settle(): Promise<void> {
    for (let n = 0; n < 60; n++) await turn();
  }
}
const upTo = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, n) => from + n + 1);

describe('a chain that is followed', () => {
  it('is passed on as it is told, without asking anybody, where it is told in order', () => {
    const scene = new Scene(10);
    scene.head = 13;
    scene.chain.tell([entry(11), entry(12)]);
    scene.chain.tell([entry(12), entry(13)]);
    expect(scene.seen).toEqual([11, 12, 13]);
    expect(scene.reads).toBe(0);
  });

  it('is read where something is missing, and nothing comes twice', async () => {
    const scene = new Scene(0);
    scene.head = 8;
    scene.chain.tell([entry(7), entry(8)]);
    scene.chain.tell([entry(5), entry(6)]);
    await scene.settle();
    scene.head = 9;
    scene.chain.tell([entry(9), entry(5)]);
    expect(scene.seen).toEqual(upTo(0, 9));
  });

  it('goes on where its reader has left off, reading no more than it can take', async () => {
    const scene = new Scene(0);
    scene.head = 12;
    scene.room = 4;
    await scene.chain.catchUp();
    await scene.settle();
    expect(scene.seen).toEqual(upTo(0, 4));
    const reads = scene.reads;
    scene.chain.tell([entry(12)]);
    await scene.settle();
    expect(scene.reads).toBe(reads);
    scene.room = Infinity;
    scene.chain.drained();
    await scene.settle();
    expect(scene.seen).toEqual(upTo(0, 12));
  });

  it('does not ask again and again where nobody answers, and misses nothing for that', async () => {
    const scene = new Scene(0);
    scene.head = 2;
    scene.down = true;
    scene.chain.tell([entry(2)]);
    await scene.settle();
    expect([scene.seen, scene.reads]).toEqual([[], 1]);
    scene.down = false;
    await scene.chain.catchUp();
    await scene.settle();
    expect(scene.seen).toEqual([1, 2]);
  });

  it('ends', async () => {
    const scene = new Scene(0);
    scene.head = 2;
    scene.chain.end();
    scene.chain.tell([entry(1), entry(2)]);
    await scene.chain.catchUp();
    expect(scene.seen).toEqual([]);
  });

  it('has no gap and no repeat, whatever is told when and whoever is slow', async () => {
    type Step = { readonly kind: 'grow'; readonly by: number; readonly told: boolean } | { readonly kind: 'repeat' | 'full' | 'drain' | 'down' | 'up' | 'wait' };
    const step: fc.Arbitrary<Step> = fc.oneof(
      { weight: 3, arbitrary: fc.record({ kind: fc.constant('grow' as const), by: fc.integer({ min: 1, max: 5 }), told: fc.boolean() }) },
      { weight: 2, arbitrary: fc.constantFrom<Step>(...(['repeat', 'full', 'drain', 'down', 'up', 'wait'] as const).map((kind) => ({ kind }))) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), fc.nat(5), fc.boolean(), async (steps, after, filtered) => {
        const wants = ({ kind }: Entry): boolean => !filtered || kind === 'decision';
        const scene = new Scene(after, wants);
        for (const each of steps) {
          if (each.kind === 'grow') {
            const told = upTo(scene.head, scene.head + each.by).map(entry);
            scene.head += each.by;
            if (each.told) scene.chain.tell(told.reverse());
          } else if (each.kind === 'repeat') scene.chain.tell([entry(scene.head), entry(Math.max(1, scene.head - 1))].filter(({ seq }) => seq > 0));
          else if (each.kind === 'full') scene.room = 1;
          else if (each.kind === 'drain') (scene.room = Infinity), scene.chain.drained();
          else if (each.kind === 'wait') await turn();
          else scene.down = each.kind === 'down';
        }
        scene.down = false;
        await scene.settle();
        scene.room = Infinity;
        scene.chain.drained();
        await scene.chain.catchUp();
        await scene.settle();
        expect(scene.seen).toEqual(upTo(after, scene.head).filter((seq) => wants(entry(seq))));
      }),
      { numRuns: 60 },
    );
  });
});
