import fc from 'fast-check';
import { DependencyDown, ToolplaneError } from '@toolplane/contracts/errors';
import type { LogRecord } from '../port/log-record.js';
import { handleHalving } from './halving.js';

const itemsOf = (count: number) => Array.from({ length: count }, (_, n) => ({ record: { offset: BigInt(n) } as LogRecord, content: n }));

const run = async (count: number, handle: (numbers: readonly number[]) => Promise<void>, signal = new AbortController().signal) => {
  const settled: number[] = [];
  const faulty: { n: number; code: string; attempts: number }[] = [];
  await handleHalving(itemsOf(count), {
    handle,
    settled: (items, parked) => {
      settled.push(...items.map(({ content }) => content));
      faulty.push(...parked.map(({ record, fault }) => ({ n: Number(record.offset), code: fault.code, attempts: fault.attempts })));
      return Promise.resolve();
    },
    onFailure: () => undefined,
    signal,
    tryAgainAfterMs: [0, 0],
  });
  return { settled, faulty };
};

describe('a batch whose handler fails', () => {
  it('settles every item, in order, and finds exactly those at fault', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 60 }), fc.uniqueArray(fc.nat(59), { maxLength: 6 }), async (count, bad) => {
        const handled: number[] = [];
        const { settled, faulty } = await run(count, (numbers) => {
          if (numbers.some((n) => bad.includes(n))) return Promise.reject(new Error('bad'));
          handled.push(...numbers);
          return Promise.resolve();
        });
        const all = Array.from({ length: count }, (_, n) => n);
        expect(settled).toEqual(all);
        expect(faulty.map(({ n }) => n)).toEqual(all.filter((n) => bad.includes(n)));
        expect(handled).toEqual(all.filter((n) => !bad.includes(n)));
      }),
      { numRuns: 50 },
    );
  });

  it('finds one among 500 in few calls', async () => {
    let calls = 0;
    await run(500, (numbers) => {
      calls += 1;
      return numbers.includes(317) ? Promise.reject(new Error('bad')) : Promise.resolve();
    });
    expect(calls).toBeLessThanOrEqual(2 * 9 + 3);
  });

  it('is not halved for a dependency that is down: nobody is at fault', async () => {
    let calls = 0;
    await expect(run(100, () => ((calls += 1), Promise.reject(new DependencyDown('a database'))))).rejects.toThrow(DependencyDown);
    expect(calls).toBe(1);
  });

  it('keeps what was settled when a dependency goes down in the middle', async () => {
    const settled: number[] = [];
    const failing = handleHalving(itemsOf(4), {
      handle: (numbers) => Promise.reject(numbers.length > 2 ? new Error('bad') : new DependencyDown('a database')),
      settled: (items) => Promise.resolve(void settled.push(...items.map(({ content }) => content))),
      onFailure: () => undefined,
      signal: new AbortController().signal,
    });
    await expect(failing).rejects.toThrow(DependencyDown);
    expect(settled).toEqual([]);
  });

  it('gives an item that fails by chance a second and a third try', async () => {
    let failures = 2;
    const { faulty, settled } = await run(1, () => (failures-- > 0 ? Promise.reject(new Error('chance')) : Promise.resolve()));
    expect({ faulty, settled }).toEqual({ faulty: [], settled: [0] });
  });

  it('parks with the code of the catalogue, without another try where that is final', async () => {
    const { faulty } = await run(1, () => Promise.reject(new ToolplaneError('EXECUTION_ID_CONFLICT')));
    expect(faulty).toEqual([{ n: 0, code: 'EXECUTION_ID_CONFLICT', attempts: 1 }]);
    const again = await run(1, () => Promise.reject(new ToolplaneError('INTERNAL', { retryable: true })));
    expect(again.faulty).toEqual([{ n: 0, code: 'INTERNAL', attempts: 3 }]);
  });

  it('begins nothing more once it is told to stop', async () => {
    const stop = new AbortController();
    const { settled } = await run(8, (numbers) => {
      if (numbers.length > 2) return Promise.reject(new Error('bad'));
      stop.abort();
      return Promise.resolve();
    }, stop.signal);
    expect(settled).toEqual([0, 1]);
  });
});
