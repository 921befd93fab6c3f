/**
 * The log's time, without trusting this machine's clock: the append time of the newest record read, and what has passed since by a
 * clock that nobody sets. Not known before the first record.
 */
export class LogClock {
  private newest = -Infinity;
  private readAt = 0;

  /** @param monotonic milliseconds that only grow */
  constructor(private readonly monotonic: () => number = () => performance.now()) {}

  /** Tells of a record that was read. An older one than the newest does not set the clock back. */
  saw(appendedAt: number): void {
    if (appendedAt <= this.now()) return;
    this.newest = appendedAt;
    this.readAt = this.monotonic();
  }

  /** Milliseconds since the epoch; -Infinity where no record was read yet. */
  now(): number {
    return this.newest + (this.monotonic() - this.readAt);
  }
}
