import { EventEmitter } from 'node:events';
import { LRUCache } from 'lru-cache';
import { Breaker, WINDOW_BUCKETS, type BreakerState, type BreakerTerms, type Permit } from './breaker.js';
import { breakerId, type Destination } from './breaker-id.js';

/** How a breaker stands, for whoever wants to know. */
export interface BreakerReport extends Destination {
  readonly id: string;
  readonly state: BreakerState;
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly retryAfterMs: number | null;
}

export interface BreakersOptions {
  readonly terms: BreakerTerms;
  /** Told of every change that another worker or the operator has not told us of. */
  readonly onChange?: (report: BreakerReport) => void;
  readonly now?: () => number;
}

/** What another worker says of its breaker of the same destination. */
export interface Heard extends Destination {
  readonly state: BreakerState;
  readonly retryAfterMs: number | null;
  /** When the other worker said it, in milliseconds since the epoch. */
  readonly at: number;
}

export type Entry = { readonly permit: Permit } | { readonly refused: true; readonly retryAfterMs: number | null };

/** Beyond these the one longest unused is forgotten: it closes, and opens again if it has to. */
const MOST_BREAKERS = 1_000;

interface Kept {
  readonly breaker: Breaker;
  /** What was last said of it. */
  told: BreakerState;
}

/**
 * The breakers of a worker, one for each tenant, tool and origin. What other workers say is a hint that opens or closes ours as well;
 * an operator's word holds until it is taken back.
 */
export class Breakers {
  readonly #kept: LRUCache<string, Kept>;
  /** Forced open, whether there is a breaker yet or not. */
  readonly #forced = new Set<string>();
  readonly #ticker = new EventEmitter().setMaxListeners(0);
  readonly #ticking: NodeJS.Timeout;
  readonly #now: () => number;
  #hearing = false;

  constructor(private readonly options: BreakersOptions) {
    this.#now = options.now ?? Date.now;
    this.#kept = new LRUCache({ max: MOST_BREAKERS, dispose: ({ breaker }) => breaker.end() });
    this.#ticking = setInterval(() => this.#ticker.emit('rotate'), Math.floor(options.terms.windowMs / WINDOW_BUCKETS)).unref();
  }

  enter(destination: Destination): Entry {
    const id = breakerId(destination);
    if (this.#forced.has(id)) return { refused: true, retryAfterMs: null };
    const { breaker } = this.#of(id, destination);
    const permit = breaker.enter();
    return permit ? { permit } : { refused: true, retryAfterMs: breaker.retryAfterMs };
  }

  /** Another worker's breaker of the same destination has changed. */
  heard({ state, retryAfterMs, at, ...destination }: Heard): void {
    const id = breakerId(destination);
    const known = this.#kept.get(id);
    const over = retryAfterMs === null || at + retryAfterMs <= this.#now();
    if (state === 'open' && !over && known?.breaker.state !== 'open') this.#hinted(() => this.#of(id, destination).breaker.open());
    if (state === 'closed' && known && known.breaker.state !== 'closed') this.#hinted(() => known.breaker.close());
    // The other one probes: ours waits for what comes of it.
    if (state === 'half_open' && known?.breaker.state === 'open') this.#hinted(() => known.breaker.open());
  }

  /** @param state what the operator wants; null: what was forced is taken back. */
  force(id: string, state: 'open' | 'closed' | 'probe' | null): void {
    const kept = this.#kept.get(id);
    const wasForced = this.#forced.delete(id);
    if (state === 'open') {
      this.#forced.add(id);
      kept?.breaker.open();
    } else if (state === 'probe') {
      kept?.breaker.probe();
    } else if (state === 'closed' || wasForced) {
      kept?.breaker.close();
    }
  }

  stateOf(destination: Destination): BreakerState {
    const id = breakerId(destination);
    return this.#forced.has(id) ? 'open' : (this.#kept.peek(id)?.breaker.state ?? 'closed');
  }

  /** Those that are not closed. */
  notClosed(): readonly string[] {
    return [...this.#kept.entries()].filter(([, { breaker }]) => breaker.state !== 'closed').map(([id]) => id);
  }

  close(): void {
    clearInterval(this.#ticking);
    this.#kept.clear();
  }

  #of(id: string, destination: Destination): Kept {
    const found = this.#kept.get(id);
    if (found) return found;
    const breaker = new Breaker(this.options.terms, this.#ticker, (state) => this.#changed(id, destination, state), this.#now);
    const kept: Kept = { breaker, told: 'closed' };
    this.#kept.set(id, kept);
    return kept;
  }

  /** Whoever hears of an opening does not pass it on: it is hearsay. That one of ours is closed again is news where we had said otherwise. */
  #changed(id: string, { tenantId, toolId, origin }: Destination, state: BreakerState): void {
    const kept = this.#kept.peek(id);
    if (!kept) return;
    // What is forced does not open by itself, not even for one call.
    if (state === 'half_open' && this.#forced.has(id)) return kept.breaker.open();
    if (kept.told === state || (this.#hearing && state !== 'closed')) return;
    kept.told = state;
    const { since, retryAfterMs } = kept.breaker;
    this.options.onChange?.({ id, tenantId, toolId, origin, state, since, retryAfterMs: this.#forced.has(id) ? null : retryAfterMs });
  }

  #hinted(work: () => void): void {
    this.#hearing = true;
    try {
      work();
    } finally {
      this.#hearing = false;
    }
  }
}
