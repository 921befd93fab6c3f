import { LRUCache } from 'lru-cache';

const MINUTE_MS = 60_000;
/** Addresses that are counted at a time; the longest unheard-of is forgotten first. */
const REMEMBERED = 20_000;

interface Window {
  failures: number;
  readonly until: number;
}

/** Counts failures by key in windows of a minute. In memory, of this instance alone: it slows guessing down, it decides nothing. */
export class FailureLimiter {
  private readonly windows = new LRUCache<string, Window>({ max: REMEMBERED });

  constructor(
    private readonly perMinute: number,
    private readonly clock: () => number = Date.now,
  ) {}

  failed(key: string): void {
    const window = this.current(key);
    if (window) window.failures += 1;
    else this.windows.set(key, { failures: 1, until: this.clock() + MINUTE_MS });
  }

  /** How long this key has to wait, in milliseconds; 0 where it need not. */
  waitMs(key: string): number {
    const window = this.current(key);
    return window && window.failures >= this.perMinute ? window.until - this.clock() : 0;
  }

  private current(key: string): Window | undefined {
    const window = this.windows.get(key);
    return window && window.until > this.clock() ? window : undefined;
  }
}
