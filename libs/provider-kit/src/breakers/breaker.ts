import type { EventEmitter } from 'node:events';
import CircuitBreaker from 'opossum';
import type { Outcome } from './outcome.js';

export type BreakerState = 'closed' | 'open' | 'half_open';

export interface BreakerTerms {
  /** Calls within the window before it may open; at least 10: one failure of one call says nothing. */
  readonly volume: number;
  /** It opens when more than this share of them failed. */
  readonly errorPercentage: number;
  readonly windowMs: number;
  /** How long it stays open before it lets one call through. */
  readonly openMs: number;
}

/** One call that may begin. To be settled when it has ended. */
export interface Permit {
  settle(outcome: Outcome): void;
}

export const WINDOW_BUCKETS = 5;
/** While the probe is under way, the others may ask again after this long. */
const PROBE_MS = 1_000;

const FAILURE = new Error('the call failed');
/** Failing at once, and not in a promise, opens the breaker before the next call asks. */
const action = (outcome: Outcome): Promise<void> => {
  if (outcome === 'failed') throw FAILURE;
  return Promise.resolve();
};

/**
 * The breaker of one destination: opossum's window and state machine, told of calls when they have ended, so that calls under way
 * and calls that say nothing do not water the share of failures down. Its own time limit is off: that would not stop a call.
 */
export class Breaker {
  #circuit: CircuitBreaker<[Outcome], void>;
  #state: BreakerState = 'closed';
  #since: number;
  /** Counts changes: a call that began before the last one has nothing to say any more. */
  #period = 0;
  #probing = false;

  constructor(
    private readonly terms: BreakerTerms,
    /** Emits `rotate` whenever a part of the window has passed; one for all breakers, which spares each a timer. */
    private readonly ticker: EventEmitter,
    private readonly onChange: (state: BreakerState) => void,
    private readonly now: () => number,
  ) {
    this.#since = now();
    this.#circuit = this.#newCircuit();
  }

  get state(): BreakerState {
    return this.#state;
  }

  /** When it came into its state, in milliseconds since the epoch. */
  get since(): number {
    return this.#since;
  }

  /** Until a call may be let through; null while it is closed. */
  get retryAfterMs(): number | null {
    if (this.#state === 'closed') return null;
    return this.#state === 'half_open' ? PROBE_MS : Math.max(1, this.#since + this.terms.openMs - this.now());
  }

  /** Null while it is open, and while the one call that probes is under way. */
  enter(): Permit | null {
    if (this.#state === 'open' || this.#probing) return null;
    this.#probing = this.#state === 'half_open';
    const period = this.#period;
    return {
      settle: (outcome) => {
        if (period !== this.#period) return;
        if (outcome === 'unknown') this.#probing = false;
        else this.#circuit.fire(outcome).catch(() => undefined);
      },
    };
  }

  /** Opens it, or has it wait anew where it is open. */
  open(): void {
    this.#renew();
    this.#circuit.open();
  }

  /** Closes it and forgets what it has seen. */
  close(): void {
    this.#renew();
    this.#changed('closed');
  }

  /** Lets the next call through, as if it had been open for long enough; nothing where it is closed. */
  probe(): void {
    if (this.#state !== 'open') return;
    this.#renew({ closed: false, halfOpen: true });
    this.#changed('half_open');
  }

  end(): void {
    this.#circuit.shutdown();
  }

  #renew(state?: { readonly closed: false; readonly halfOpen: true }): void {
    this.#circuit.shutdown();
    this.#circuit = this.#newCircuit(state);
  }

  #newCircuit(state?: { readonly closed: false; readonly halfOpen: true }): CircuitBreaker<[Outcome], void> {
    const { openMs, volume, errorPercentage, windowMs } = this.terms;
    const options = {
      timeout: false as const,
      resetTimeout: openMs,
      volumeThreshold: volume,
      errorThresholdPercentage: errorPercentage,
      rollingCountTimeout: windowMs,
      rollingCountBuckets: WINDOW_BUCKETS,
      rollingPercentilesEnabled: false,
      enableSnapshots: false,
      rotateBucketController: this.ticker,
      ...(state && { state }),
    };
    const circuit = new CircuitBreaker<[Outcome], void>(action, options);
    circuit.on('open', () => this.#changed('open'));
    circuit.on('halfOpen', () => this.#changed('half_open'));
    circuit.on('close', () => this.#changed('closed'));
    return circuit;
  }

  #changed(state: BreakerState): void {
    const before = this.#state;
    this.#state = state;
    this.#since = this.now();
    this.#period += 1;
    this.#probing = false;
    if (state !== before) this.onChange(state);
  }
}
