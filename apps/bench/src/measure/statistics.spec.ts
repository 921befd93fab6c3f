import { median, percentile, rounded } from './statistics.js';

describe('statistics', () => {
  it('take percentiles by nearest rank', () => {
    const sample = Array.from({ length: 100 }, (_, i) => 100 - i);
    expect([percentile(sample, 0.5), percentile(sample, 0.95), percentile(sample, 0.99), percentile(sample, 1)]).toEqual([50, 95, 99, 100]);
    expect(percentile([], 0.5)).toBe(0);
    expect(percentile([7], 0.01)).toBe(7);
  });

  it('take the middle, or the mean of the two in the middle', () => {
    expect([median([3, 1, 2]), median([4, 1, 3, 2]), median([])]).toEqual([2, 2.5, 0]);
  });

  it('round for people', () => {
    expect(rounded(1.26)).toBe(1.3);
  });
});
