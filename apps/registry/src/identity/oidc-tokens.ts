import { NAME_PATTERN, parsePointer, ROLES, TENANT_ID_PATTERN, valueAt } from '@toolplane/contracts/documents';
import { ToolplaneError } from '@toolplane/contracts/errors';
import type { Caller } from '@toolplane/service-kit';
import { jwtVerify, type JWTPayload, type JWTVerifyResult } from 'jose';
import type { JwksFile } from './jwks-file.js';
import type { OidcConfig } from './oidc-variables.js';

/** Clocks of two machines may differ by this much. */
const LEEWAY_SECONDS = 60;
/** Headers by which a token would say itself which key is to be believed. */
const SELF_VOUCHING = ['jku', 'jwk', 'x5u', 'x5c'] as const;
const FORM = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;
const MAX_SUBJECT_LENGTH = 250;
const TENANT = new RegExp(TENANT_ID_PATTERN);
const AGENT = new RegExp(NAME_PATTERN);

type Bearer = Omit<Caller, 'token' | 'ip'>;

const refuse = (cause?: unknown): ToolplaneError => new ToolplaneError('UNAUTHENTICATED', { cause });

/** Reads JWTs of the one issuer that the operator trusts. */
export class OidcTokens {
  constructor(
    private readonly config: OidcConfig | undefined,
    private readonly keys: JwksFile | undefined,
    private readonly clock: () => number = Date.now,
  ) {}

  /** Whether this text is for us to read at all. */
  reads(credential: string): boolean {
    return this.config !== undefined && FORM.test(credential);
  }

  /** Who bears it, as far as the token says; whether the tenant is there and active is not asked here. @throws ToolplaneError UNAUTHENTICATED */
  async bearerOf(credential: string): Promise<Bearer> {
    if (!this.config || !this.keys) throw refuse();
    const { payload, protectedHeader } = await this.verified(credential, this.config, this.keys);
    if (SELF_VOUCHING.some((name) => name in protectedHeader)) throw refuse();
    const { claims, roleNames } = this.config;
    const { sub = '' } = payload;
    const [tenantId, agent] = [textAt(payload, claims.tenant), textAt(payload, claims.agent)];
    if (sub === '' || sub.length > MAX_SUBJECT_LENGTH || tenantId === null || !TENANT.test(tenantId)) throw refuse();
    if (agent !== null && !AGENT.test(agent)) throw refuse();
    // The prefix keeps subjects of the issuer apart from principals of ours, whatever the issuer calls them.
    const principal = { type: typeOf(payload, claims.type, agent), id: `oidc:${sub}` };
    return { tenantId, principal, roles: rolesOf(payload, claims.roles, roleNames), agent, mayActFor: false };
  }

  private async verified(credential: string, { issuer, audience, algorithms }: OidcConfig, keys: JwksFile): Promise<JWTVerifyResult> {
    const current = keys.current();
    try {
      return await jwtVerify(credential, current, {
        algorithms: [...algorithms],
        issuer,
        audience,
        clockTolerance: LEEWAY_SECONDS,
        requiredClaims: ['exp', 'sub'],
        currentDate: new Date(this.clock()),
      });
    } catch (cause) {
      throw refuse(cause);
    }
  }
}

/** A claim is often named by a URL, so that only a slash at the beginning makes it a pointer. */
const claimAt = (payload: JWTPayload, where: string): unknown =>
  valueAt(payload, where.startsWith('/') ? (parsePointer(where) ?? [where]) : [where]);

const textAt = (payload: JWTPayload, where: string): string | null => {
  const value = claimAt(payload, where);
  if (value === undefined || value === null) return null;
  if (typeof value !== 'string' || value === '') throw refuse();
  return value;
};

/** A token that a program got for itself is no person's: nobody has logged in (RFC 9068, section 2.2: then sub is the client). */
const typeOf = (payload: JWTPayload, where: string, agent: string | null): Bearer['principal']['type'] => {
  const said = textAt(payload, where);
  if (said !== null && said !== 'user' && said !== 'service') throw refuse();
  if (agent !== null) return 'agent';
  const { sub, client_id: client, azp, gty } = payload as JWTPayload & Readonly<Record<string, unknown>>;
  return said === 'service' || sub === client || sub === azp || gty === 'client-credentials' ? 'service' : 'user';
};

/** What is no role of ours gives nothing. Without names of its own the issuer cannot make an administrator of the platform. */
const rolesOf = (payload: JWTPayload, where: string, names: OidcConfig['roleNames']): string[] => {
  const value = claimAt(payload, where);
  const given = (typeof value === 'string' ? value.split(' ') : Array.isArray(value) ? value : []).filter((role) => typeof role === 'string');
  const roles = names ? given.flatMap((role) => (Object.hasOwn(names, role) ? [names[role]] : [])) : given.filter((role) => role !== 'platform-admin');
  return ROLES.filter((role) => roles.includes(role));
};
