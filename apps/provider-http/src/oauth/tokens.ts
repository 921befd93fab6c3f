import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Auth } from '@toolplane/contracts/documents';

export type OAuth = Extract<Auth, { readonly type: 'oauth_stub' }>;

/** What a token endpoint gave. */
export interface Token {
  readonly value: string;
  /** How long it is good for, from now. */
  readonly expiresInMs: number;
}

/** Whose token it is. */
export interface TokenOwner {
  readonly tenantId: string;
  readonly toolId: string;
  readonly auth: OAuth;
  /** The secret it is bought with: another value is another credential. */
  readonly secret: string;
}

/** A token is not used for as long before its end: the call has to arrive, and clocks differ. */
const SKEW_MS = 30_000;
const LONGEST_MS = 3_600_000;
const MOST_TOKENS = 1_000;

/** Tokens of tenants' tools, each kept until shortly before it expires. They are in memory only, and in no message. */
export class Tokens {
  readonly #kept = new LRUCache<string, string>({ max: MOST_TOKENS });
  readonly #asking = new Map<string, Promise<Token>>();

  /**
   * @param ask buys a token; callers of the same moment share one.
   * @returns whether it was kept from before: such a one may have been revoked since.
   */
  async of(owner: TokenOwner, ask: () => Promise<Token>): Promise<{ readonly value: string; readonly kept: boolean }> {
    const key = keyOf(owner);
    const kept = this.#kept.get(key);
    if (kept !== undefined) return { value: kept, kept: true };
    let asking = this.#asking.get(key);
    if (!asking) {
      asking = ask().finally(() => this.#asking.delete(key));
      this.#asking.set(key, asking);
    }
    const { value, expiresInMs } = await asking;
    const ttl = Math.min(expiresInMs, LONGEST_MS) - SKEW_MS;
    if (ttl > 0) this.#kept.set(key, value, { ttl });
    return { value, kept: false };
  }

  /** The destination does not take it any more. */
  forget(owner: TokenOwner, value: string): void {
    const key = keyOf(owner);
    if (this.#kept.get(key) === value) this.#kept.delete(key);
  }
}

/** The secret stands in it as a hash: a key may be seen in a heap dump or a debugger long after the value is gone. */
const keyOf = ({ tenantId, toolId, auth, secret }: TokenOwner): string =>
  JSON.stringify([
    tenantId,
    toolId,
    auth.tokenUrl,
    auth.clientId,
    auth.secretRef,
    auth.scopes,
    createHash('sha256').update(secret).digest('hex'),
  ]);
