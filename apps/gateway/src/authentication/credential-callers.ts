import { ToolplaneError } from '@toolplane/contracts/errors';
import { HTTP_HEADERS, type TokenBody } from '@toolplane/contracts/http';
import { CallerSource, type Caller, type EdgeRequest } from '@toolplane/service-kit';
import { clientAddress, limitKeyOf } from './client-address.js';
import type { CredentialExchange } from './credential-exchange.js';
import type { FailureLimiter } from './failure-limiter.js';

const BEARER = /^Bearer +([\x21-\x7e]{1,8192})$/i;
/** Longer than any tenant's name. */
const MAX_TENANT_LENGTH = 63;

/** Callers of the public edge: whoever sends a credential that the registry vouches for. */
export class CredentialCallers extends CallerSource {
  constructor(
    private readonly exchange: CredentialExchange,
    private readonly failures: FailureLimiter,
    /** Proxies whose word on the sender's address counts. */
    private readonly trusted: ReadonlySet<string>,
  ) {
    super();
  }

  /** @throws ToolplaneError UNAUTHENTICATED, FORBIDDEN, TENANT_INACTIVE, RATE_LIMITED; DependencyDown where nobody can tell. */
  async callerOf(request: EdgeRequest): Promise<Caller> {
    const asked = this.askedBy(request);
    const key = limitKeyOf(asked.ip ?? '');
    // Who is known to be somebody is not held up by the failures of others behind the same address.
    const waitMs = this.failures.waitMs(key);
    if (waitMs > 0 && !(await this.exchange.isKnownGood(asked))) throw new ToolplaneError('RATE_LIMITED', { retryAfterMs: waitMs });
    const answer = await this.exchange.exchange(asked);
    if ('caller' in answer) return answer.caller;
    if (answer.refusal.code === 'UNAUTHENTICATED') this.failures.failed(key);
    throw answer.refusal;
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
