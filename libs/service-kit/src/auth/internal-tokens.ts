import { ToolplaneError } from '@toolplane/contracts/errors';
import { HTTP_HEADERS } from '@toolplane/contracts/http';
import { importPKCS8, importSPKI, jwtVerify, SignJWT, type CryptoKey, type JWTPayload } from 'jose';
import { LRUCache } from 'lru-cache';
import type { Caller } from './caller.js';

/** Header that carries the token between services. Never accepted from outside: the gateway sets it. */
export const TOKEN_HEADER = HTTP_HEADERS.internalToken;
export const TOKEN_LIFETIME_SECONDS = 60;

const ALGORITHM = 'EdDSA';
const ISSUER = 'toolplane/registry';
const AUDIENCE = 'toolplane/services';
/** Clocks of two machines may differ by this much. */
const LEEWAY_SECONDS = 60;
const REMEMBERED = 2_000;

export interface InternalTokenKeys {
  /** Ed25519, SPKI PEM. Every service has it. */
  readonly publicKey: string;
  /** Ed25519, PKCS8 PEM. Only `registry` has it. */
  readonly privateKey?: string;
}

export interface IssuedToken {
  readonly token: string;
  /** RFC 3339. */
  readonly expiresAt: string;
}

/**
 * One-minute tokens by which services know who calls. `registry` issues them after it has checked a credential; the others verify
 * the signature and ask nobody. A token that was verified is remembered until it expires: a busy caller costs one check a minute.
 */
export class InternalTokens {
  private readonly verified = new LRUCache<string, { caller: Caller; until: number }>({ max: REMEMBERED });
  private publicKey: Promise<CryptoKey> | undefined;
  private privateKey: Promise<CryptoKey> | undefined;

  constructor(
    private readonly keys: InternalTokenKeys,
    private readonly clock: () => number = Date.now,
  ) {}

  /** @throws TypeError where this process has no private key. */
  async issue(caller: Omit<Caller, 'token'>): Promise<IssuedToken> {
    const { privateKey } = this.keys;
    if (privateKey === undefined) throw new TypeError('only the registry issues internal tokens');
    this.privateKey ??= importPKCS8(privateKey, ALGORITHM);
    const issuedAt = Math.floor(this.clock() / 1000);
    const { tenantId, principal, roles, agent, mayActFor, ip } = caller;
    const token = await new SignJWT({ tenantId, principal, roles, agent, mayActFor, ip })
      .setProtectedHeader({ alg: ALGORITHM })
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + TOKEN_LIFETIME_SECONDS)
      .sign(await this.privateKey);
    return { token, expiresAt: new Date((issuedAt + TOKEN_LIFETIME_SECONDS) * 1000).toISOString() };
  }

  /** @throws ToolplaneError UNAUTHENTICATED for anything but a live token of ours. */
  async verify(token: string): Promise<Caller> {
    const known = this.verified.get(token);
    if (known && known.until > this.clock()) return known.caller;
    const { caller, expiresAt } = await this.read(token);
    this.verified.set(token, { caller, until: expiresAt });
    return caller;
  }

  private async read(token: string): Promise<{ caller: Caller; expiresAt: number }> {
    this.publicKey ??= importSPKI(this.keys.publicKey, ALGORITHM);
    const key = await this.publicKey;
    try {
      const { payload } = await jwtVerify(token, key, {
        algorithms: [ALGORITHM],
        issuer: ISSUER,
        audience: AUDIENCE,
        clockTolerance: LEEWAY_SECONDS,
        requiredClaims: ['exp', 'iat'],
        currentDate: new Date(this.clock()),
      });
      return { caller: callerOf(payload, token), expiresAt: (payload.exp ?? 0) * 1000 };
    } catch (cause) {
      throw new ToolplaneError('UNAUTHENTICATED', { message: 'the internal token is not valid', cause });
    }
  }
}

/** The signature is ours, so the members are what `issue` wrote. */
const callerOf = (payload: JWTPayload, token: string): Caller => {
  const { tenantId, principal, roles, agent, mayActFor, ip } = payload as JWTPayload & Omit<Caller, 'token'>;
  return Object.freeze({ tenantId, principal, roles, agent, mayActFor, ip, token });
};
