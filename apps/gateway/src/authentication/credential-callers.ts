import { ToolplaneError } from '@toolplane/contracts/errors';
import { HTTP_HEADERS, type TokenBody } from '@toolplane/contracts/http';
import { CallerSource, type Caller, type EdgeRequest } from '@toolplane/service-kit';
import type { Allowances } from './allowances.js';
import { clientAddress, limitKeyOf } from './client-address.js';
import type { CredentialExchange } from './credential-exchange.js';
import type { FailureLimiter } from './failure-limiter.js';
import type { RequestLimiter } from './request-limiter.js';

const BEARER = /^Bearer +([\x21-\x7e]{1,8192})$/i;
/** The public part of an API key: many wrong ones of one prefix are guesses at that key, wherever they come from. */
const KEY_PREFIX = /^tp_[0-9A-Za-z]{8}/;
/** Longer than any tenant's name. */
const MAX_TENANT_LENGTH = 63;

/** Callers of the public edge: whoever sends a credential that the registry vouches for. */
export class CredentialCallers extends CallerSource {
  constructor(
    private readonly exchange: CredentialExchange,
    private readonly failures: FailureLimiter,
    private readonly requests: RequestLimiter,
    private readonly allowances: Allowances,
    /** Proxies whose word on the sender's address counts. */
    private readonly trusted: ReadonlySet<string>,
  ) {
    super();
  }

  /** @throws ToolplaneError UNAUTHENTICATED, FORBIDDEN, TENANT_INACTIVE, RATE_LIMITED; DependencyDown where nobody can tell. */
  async callerOf(request: EdgeRequest): Promise<Caller> {
    const asked = this.askedBy(request);
    const keys = guessesOf(asked);
    // Who is known to be somebody is not held up by the failures of others behind the same address.
    const waitMs = Math.max(...keys.map((key) => this.failures.waitMs(key)));
    if (waitMs > 0 && !this.exchange.wasGood(asked)) throw new ToolplaneError('RATE_LIMITED', { retryAfterMs: waitMs });
    const answer = await this.exchange.exchange(asked);
    if ('refusal' in answer) {
      if (answer.refusal.code === 'UNAUTHENTICATED') for (const key of keys) this.failures.failed(key);
      throw answer.refusal;
    }
    await this.take(request, answer.caller);
    return answer.caller;
  }

  private async take(request: EdgeRequest, caller: Caller): Promise<void> {
    const allowances = await this.requests.take(caller);
    this.allowances.set(request, allowances);
    const exceeded = allowances.find((allowance) => allowance.exceeded);
    if (!exceeded) return;
    const whose = exceeded.policy === 'key' ? 'this key' : 'the tenant';
    throw new ToolplaneError('RATE_LIMITED', { message: `${whose} may send ${exceeded.quota} requests a minute`, retryAfterMs: exceeded.resetMs });
  }

  private askedBy({ headers, socket }: EdgeRequest): TokenBody {
    const credential = BEARER.exec(headers.authorization ?? '')?.[1];
    if (credential === undefined) throw new ToolplaneError('UNAUTHENTICATED');
    const tenant = headers[HTTP_HEADERS.tenant];
    // Two headers arrive as one with a comma; no tenant is called that.
    if (tenant !== undefined && (typeof tenant !== 'string' || tenant.length > MAX_TENANT_LENGTH)) {
      throw new ToolplaneError('FORBIDDEN', { message: 'X-Toolplane-Tenant names no tenant' });
    }
    const forwardedFor = headers['x-forwarded-for'];
    const ip = clientAddress(socket.remoteAddress ?? '', [forwardedFor].flat().join(',') || undefined, this.trusted);
    return { credential, ...(tenant !== undefined && { tenant }), ip: ip === '' ? null : ip };
  }
}

/** What a wrong credential is counted by. */
const guessesOf = ({ credential, ip }: TokenBody): readonly string[] => [limitKeyOf(ip ?? ''), ...(KEY_PREFIX.exec(credential) ?? [])];
