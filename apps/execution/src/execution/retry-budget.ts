import type { ToolTerms } from './execution-row.js';
import type { Transition, Trigger } from './state-machine.js';

/** Retries that a destination may be sent at once, after a time without any. */
const MOST_TOKENS = 10;
/** Each first attempt earns this part of a retry: in an outage the whole traffic stays below 1.2 times the ordinary one. */
const EARNED_PER_ATTEMPT = 0.1;
/** A destination that is hardly ever called gets its retries back in time. */
const EARNED_PER_MS = 1 / 60_000;
/** Destinations that have retries under way; beyond, the oldest starts with a full budget again. */
const MOST_DESTINATIONS = 10_000;

interface Bucket {
  tokens: number;
  at: number;
}

/** Failures that came of a call which reached its destination, or tried to: trying again sends it more. */
const LOADS_DESTINATION = new Set(['UPSTREAM_UNAVAILABLE', 'PROVIDER_TIMEOUT']);

/**
 * How many retries a destination (a tenant's tool at an origin) may be sent. Attempts that never began and those whose worker was lost
 * are free: they are no sign that the destination has too much to do. Each instance keeps its own; it bounds load, no promise hangs on it.
 */
export class RetryBudget {
  readonly #buckets = new Map<string, Bucket>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** A first attempt goes out. Costs nothing where no retry was paid for lately. */
  earn(tenantId: string, terms: ToolTerms): void {
    if (this.#buckets.size === 0) return;
    const key = destinationOf(tenantId, terms);
    const bucket = this.#buckets.get(key);
    if (bucket && this.#filled(bucket, EARNED_PER_ATTEMPT).tokens >= MOST_TOKENS) this.#buckets.delete(key);
  }

  /** @returns false where nothing is left: the failure is final. */
  spend(tenantId: string, terms: ToolTerms): boolean {
    const key = destinationOf(tenantId, terms);
    const bucket = this.#filled(this.#buckets.get(key) ?? { tokens: MOST_TOKENS, at: this.now() }, 0);
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    this.#buckets.set(key, bucket);
    const [oldest] = this.#buckets.size > MOST_DESTINATIONS ? this.#buckets.keys() : [];
    if (oldest !== undefined) this.#buckets.delete(oldest);
    return true;
  }

  #filled(bucket: Bucket, earned: number): Bucket {
    const now = this.now();
    bucket.tokens = Math.min(MOST_TOKENS, bucket.tokens + earned + (now - bucket.at) * EARNED_PER_MS);
    bucket.at = now;
    return bucket;
  }
}

/** Whether this transition sends a destination another attempt that it would have to bear. */
export const isPaidRetry = (trigger: Trigger, { effects }: Transition): boolean =>
  trigger.type === 'reported' &&
  trigger.result.status === 'failed' &&
  LOADS_DESTINATION.has(trigger.result.error.code) &&
  effects.some(({ type }) => type === 'dispatch');

/** Scheme, host and port where the definition has a URL; else the tool itself. */
function destinationOf(tenantId: string, { id, spec }: ToolTerms): string {
  const url: unknown = typeof spec === 'object' && spec !== null && 'url' in spec ? spec.url : undefined;
  const origin = typeof url === 'string' ? /^[a-z]+:\/\/[^/?#]+/i.exec(url)?.[0].toLowerCase() : undefined;
  return `${tenantId} ${id} ${origin ?? ''}`;
}
