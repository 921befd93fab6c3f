import { LogClock } from './log-clock.js';

describe('the log’s clock', () => {
  let now = 0;
  const clock = (): LogClock => {
    now = 0;
    return new LogClock(() => now);
  };

  it('is not known before the first record', () => {
    expect(clock().now()).toBe(-Infinity);
  });

  it('goes on from the newest record by a clock that nobody sets', () => {
    const log = clock();
    log.saw(1_000);
    now = 250;
    expect(log.now()).toBe(1_250);
  });

  it('is not set back by an older record, nor by one that is older than the time that has passed', () => {
    const log = clock();
    log.saw(1_000);
    now = 250;
    log.saw(900);
    log.saw(1_200);
    expect(log.now()).toBe(1_250);
    log.saw(2_000);
    expect(log.now()).toBe(2_000);
  });
});
