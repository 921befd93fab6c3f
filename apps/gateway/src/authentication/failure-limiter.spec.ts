import { FailureLimiter } from './failure-limiter.js';

describe('FailureLimiter', () => {
  it('lets so many failures pass, then none until the minute is over', () => {
    let now = 0;
    const limiter = new FailureLimiter(2, () => now);
    limiter.failed('a');
    expect(limiter.waitMs('a')).toBe(0);
    now = 20_000;
    limiter.failed('a');
    expect(limiter.waitMs('a')).toBe(40_000);
    expect(limiter.waitMs('b')).toBe(0);
    now = 60_000;
    expect(limiter.waitMs('a')).toBe(0);
  });
});
