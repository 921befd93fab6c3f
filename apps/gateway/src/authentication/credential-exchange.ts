import { createHash } from 'node:crypto';
import { DependencyDown, isErrorCode, ToolplaneError } from '@toolplane/contracts/errors';
import type { Problem, TokenAnswer, TokenBody } from '@toolplane/contracts/http';
import type { Caller, ServiceClient } from '@toolplane/service-kit';
import { LRUCache } from 'lru-cache';

/** A key that was revoked works no longer than this; with the longest wait it stays below a token's minute and the clocks' leeway. */
const KEPT_MS = 45_000;
/** A refusal is kept shorter: the key may just be on its way into the registry. */
const REFUSED_KEPT_MS = 10_000;
const REMEMBERED = 10_000;
/** Whoever was somebody today is not taken for a guesser. */
const GOOD_KEPT_MS = 86_400_000;

/** What the registry says of a credential: who it is, or why not. Refusals are values, so that they can be kept. */
export type Exchanged = { readonly caller: Caller } | { readonly refusal: ToolplaneError };

/** Exchanges credentials for internal tokens, and remembers the answers, good and bad, by the hash of what was asked. */
export class CredentialExchange {
  private readonly known: LRUCache<string, Promise<Exchanged>>;
  private readonly good: LRUCache<string, true>;

  constructor(
    private readonly services: ServiceClient,
    clock: () => number = () => performance.now(),
  ) {
    const options = { max: REMEMBERED, perf: { now: clock }, ttlResolution: 0 };
    this.known = new LRUCache(options);
    this.good = new LRUCache({ ...options, ttl: GOOD_KEPT_MS });
  }

  /** Whether this credential was good when it was last asked for. */
  wasGood({ credential }: Pick<TokenBody, 'credential'>): boolean {
    return this.good.has(hashOf(credential));
  }

  /** Many requests with one new credential ask once. @throws DependencyDown where the registry cannot tell; that is not remembered. */
  async exchange(body: TokenBody): Promise<Exchanged> {
    const key = keyOf(body);
    const known = this.known.get(key);
    if (known) return known;
    const asking = this.ask(body);
    this.known.set(key, asking, { ttl: KEPT_MS });
    try {
      const answer = await asking;
      if ('caller' in answer) this.good.set(hashOf(body.credential), true);
      else {
        this.known.set(key, asking, { ttl: REFUSED_KEPT_MS });
        if (answer.refusal.code === 'UNAUTHENTICATED') this.good.delete(hashOf(body.credential));
      }
      return answer;
    } catch (error) {
      this.known.delete(key);
      throw error;
    }
  }

  private async ask(body: TokenBody): Promise<Exchanged> {
    const { status, body: answer } = await this.services.call<TokenAnswer | Problem>({ service: 'registry', method: 'POST', path: '/internal/tokens', body });
    if (status === 200) {
      const { token, caller } = answer as TokenAnswer;
      return { caller: { ...caller, token } };
    }
    const { code, detail } = answer as Problem;
    if ((status === 401 || status === 403) && isErrorCode(code)) return { refusal: new ToolplaneError(code, { message: detail }) };
    throw new DependencyDown('registry', new Error(`it answered ${status} to a credential`));
  }
}

/** The credential itself is kept nowhere. The address belongs to the key: it stands in the token. */
const keyOf = ({ credential, tenant, ip }: TokenBody): string => hashOf(JSON.stringify([credential, tenant ?? null, ip]));
const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64');
