import type { Caller } from '@toolplane/service-kit';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

const WINDOW_SECONDS = 60;

export interface Quotas {
  /** Requests of one principal in a minute. */
  readonly key: number;
  /** Requests of all principals of a tenant in a minute. */
  readonly tenant: number;
}

/** What is left of one quota. */
export interface Allowance {
  readonly policy: keyof Quotas;
  readonly quota: number;
  readonly remaining: number;
  /** Until it is whole again, in milliseconds. */
  readonly resetMs: number;
  readonly exceeded: boolean;
}

/**
 * Counts requests by principal and by tenant, in windows of a minute that begin with the first. In memory, of this instance alone: with
 * several gateways the quotas are each one's own. Only verified callers are counted, so that nobody can fill the memory with names.
 */
export class RequestLimiter {
  private readonly limiters: Readonly<Record<keyof Quotas, RateLimiterMemory>>;

  constructor(private readonly quotas: Quotas) {
    const limiter = (policy: keyof Quotas): RateLimiterMemory => new RateLimiterMemory({ keyPrefix: policy, points: quotas[policy], duration: WINDOW_SECONDS });
    this.limiters = { key: limiter('key'), tenant: limiter('tenant') };
  }

  /** Takes one of each. What the key has spent already does not cost its tenant more. */
  async take({ tenantId, principal }: Pick<Caller, 'tenantId' | 'principal'>): Promise<readonly Allowance[]> {
    const key = await this.takeOne('key', `${tenantId} ${principal.id}`);
    return key.exceeded ? [key] : [key, await this.takeOne('tenant', tenantId)];
  }

  private async takeOne(policy: keyof Quotas, name: string): Promise<Allowance> {
    const quota = this.quotas[policy];
    const found = await this.limiters[policy].consume(name).catch((refused: unknown) => refused);
    if (!(found instanceof RateLimiterRes)) throw found as Error;
    return { policy, quota, remaining: Math.max(0, found.remainingPoints), resetMs: found.msBeforeNext, exceeded: found.consumedPoints > quota };
  }
}

const secondsOf = (ms: number): number => Math.ceil(ms / 1_000);

/** As the IETF's draft of RateLimit fields for HTTP writes them. */
export const rateLimitHeaders = (allowances: readonly Allowance[]): Readonly<Record<'ratelimit' | 'ratelimit-policy', string>> => ({
  ratelimit: allowances.map(({ policy, remaining, resetMs }) => `"${policy}";r=${remaining};t=${secondsOf(resetMs)}`).join(', '),
  'ratelimit-policy': allowances.map(({ policy, quota }) => `"${policy}";q=${quota};w=${WINDOW_SECONDS}`).join(', '),
});
