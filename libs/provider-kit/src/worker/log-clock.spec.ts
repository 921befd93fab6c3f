import { LogClock } from './log-clock.js';

describe('the log’s clock', () => {
  it('goes on from the newest record by monotonic time, whatever the wall clock says', () => {
    let monotonic = 1_000;
    const clock = new LogClock(() => monotonic);
    clock.observe(50_000);
    monotonic += 250;
    expect(clock.now()).toBe(50_250);
  });

  it('does not go back when an older record is read, nor when a record shows less time than has passed', () => {
    let monotonic = 0;
    const clock = new LogClock(() => monotonic);
    clock.observe(50_000);
    monotonic = 10_000;
    clock.observe(50_001);
    clock.observe(20_000);
    expect(clock.now()).toBe(60_000);
    clock.observe(61_000);
    expect(clock.now()).toBe(61_000);
  });

  it('knows no time before the first record, so that nothing counts as late', () => {
    expect(new LogClock().now()).toBe(Number.NEGATIVE_INFINITY);
  });
});
