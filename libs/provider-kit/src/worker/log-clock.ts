/**
 * What time it is by the log: append time of the newest record read, plus what has passed since. The wall clock of this machine
 * has no say, because `startBy` is the database's time and a worker whose clock runs wrong would call too late or never.
 * Each record gives a lower bound; the greatest is the best guess.
 */
export class LogClock {
  /** Log time minus monotonic time. */
  #ahead = Number.NEGATIVE_INFINITY;

  /** @param monotonic milliseconds from any start that never jump. */
  constructor(readonly monotonic: () => number = () => performance.now()) {}

  observe(appendedAt: number): void {
    const ahead = appendedAt - this.monotonic();
    if (ahead > this.#ahead) this.#ahead = ahead;
  }

  /** Milliseconds since the epoch; minus infinity before the first record. */
  now(): number {
    return this.#ahead + this.monotonic();
  }
}
