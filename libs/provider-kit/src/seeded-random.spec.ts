import { seededRandom } from './seeded-random.js';

describe('seeded random numbers', () => {
  it('are the same for the same seed and others for another', () => {
    const draw = (seed: string): number[] => Array.from({ length: 5 }, seededRandom(seed));
    expect(draw('a 1')).toEqual(draw('a 1'));
    expect(draw('a 1')).not.toEqual(draw('a 2'));
  });

  it('are spread evenly in [0, 1)', () => {
    const firsts = Array.from({ length: 10_000 }, (_, index) => seededRandom(`execution-${index} 1`)());
    expect(Math.min(...firsts)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...firsts)).toBeLessThan(1);
    for (const bound of [0.1, 0.25, 0.5, 0.9]) {
      expect(firsts.filter((number) => number < bound).length / firsts.length).toBeCloseTo(bound, 1);
    }
  });
});
