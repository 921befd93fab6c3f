import { MicroBatch } from './micro-batch.js';

describe('a micro-batch', () => {
  it('makes one call of what arrives together and gives each caller its own answer', async () => {
    const sizes: number[] = [];
    const batch = new MicroBatch<number, number>((inputs) => {
      sizes.push(inputs.length);
      return Promise.resolve(inputs.map((n) => n * 2));
    }, 100);
    expect(await Promise.all([1, 2, 3].map((n) => batch.run(n)))).toEqual([2, 4, 6]);
    expect(sizes).toEqual([3]);
  });

  it('gathers the next batch while one is under way, and never more than it may hold', async () => {
    const sizes: number[] = [];
    const batch = new MicroBatch<number, number>(async (inputs) => {
      sizes.push(inputs.length);
      await new Promise((resolve) => setTimeout(resolve, 10));
      return inputs;
    }, 4);
    const first = batch.run(0);
    await new Promise((resolve) => setTimeout(resolve, 2));
    await Promise.all([first, ...[1, 2, 3, 4, 5, 6].map((n) => batch.run(n))]);
    expect(sizes).toEqual([1, 4, 2]);
  });

  it('fails the callers of the batch that failed, and goes on', async () => {
    let calls = 0;
    const batch = new MicroBatch<number, number>((inputs) => (calls++ === 0 ? Promise.reject(new Error('away')) : Promise.resolve(inputs)), 10);
    await expect(batch.run(1)).rejects.toThrow('away');
    await expect(batch.run(2)).resolves.toBe(2);
  });
});
