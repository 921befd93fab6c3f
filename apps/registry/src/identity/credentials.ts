import { Inject, Injectable } from '@nestjs/common';
import { ToolplaneError } from '@toolplane/contracts/errors';
import { Database } from '@toolplane/persistence';
import { hashApiKey, parseApiKey, sameHash } from '@toolplane/security/credentials';
import { mayDo, type Caller } from '@toolplane/service-kit';
import { KeyStore } from '../keys/key.store.js';
import { TenantStore } from '../tenants/tenant.store.js';
import { OidcTokens } from './oidc-tokens.js';

/** Hash of the bootstrap key; undefined where there is none. */
export const BOOTSTRAP_HASH = Symbol('bootstrap hash');
/** Always the same person: what the first administrator did can be found whatever its key was then. */
export const BOOTSTRAP_PRINCIPAL = Object.freeze({ type: 'user', id: '00000000-0000-7000-8000-000000000001' } as const);
/** Where it acts unless it says otherwise. */
const BOOTSTRAP_TENANT = 'demo';

export interface Presented {
  readonly credential: string;
  /** `X-Toolplane-Tenant`, where it was sent. */
  readonly tenant?: string | undefined;
  readonly ip: string | null;
}
type Bearer = Omit<Caller, 'token' | 'ip'>;

const refuse = (): ToolplaneError => new ToolplaneError('UNAUTHENTICATED');

/** Finds out who presents a credential. Every refusal of a key reads the same: which part of it is wrong is nobody's business. */
@Injectable()
export class Credentials {
  constructor(
    private readonly database: Database,
    private readonly keys: KeyStore,
    private readonly tenants: TenantStore,
    private readonly oidc: OidcTokens,
    @Inject(BOOTSTRAP_HASH) private readonly bootstrapHash: string | undefined,
  ) {}

  /** @throws ToolplaneError UNAUTHENTICATED, TENANT_INACTIVE for a suspended tenant, FORBIDDEN for a tenant it may not act in */
  async callerOf({ credential, tenant, ip }: Presented): Promise<Omit<Caller, 'token'>> {
    const bearer = this.bootstrapBearer(credential) ?? (await (this.oidc.reads(credential) ? this.tokenBearer(credential) : this.keyBearer(credential)));
    const tenantId = tenant === undefined ? bearer.tenantId : await this.chosenTenant(bearer, tenant);
    return { ...bearer, tenantId, ip };
  }

  private bootstrapBearer(credential: string): Bearer | undefined {
    if (this.bootstrapHash === undefined || !sameHash(hashApiKey(credential), this.bootstrapHash)) return undefined;
    return { tenantId: BOOTSTRAP_TENANT, principal: BOOTSTRAP_PRINCIPAL, roles: ['platform-admin'], agent: null, mayActFor: false };
  }

  private async keyBearer(credential: string): Promise<Bearer> {
    const parsed = parseApiKey(credential);
    const row = parsed && (await this.database.asWorker((tx) => this.keys.bearer(tx, parsed.prefix)));
    if (!row || !sameHash(row.hash, parsed.hash) || !row.live) throw refuse();
    refuseInactive(row.tenantStatus);
    const { tenantId, principalId, type, roles, agent, mayActFor } = row;
    return { tenantId, principal: { type, id: principalId }, roles, agent, mayActFor };
  }

  /** A tenant that is not there is no other refusal than a wrong signature. */
  private async tokenBearer(credential: string): Promise<Bearer> {
    const bearer = await this.oidc.bearerOf(credential);
    const tenant = await this.database.asWorker((tx) => this.tenants.find(tx, bearer.tenantId));
    refuseInactive(tenant?.status);
    return bearer;
  }

  private async chosenTenant({ roles }: Bearer, tenant: string): Promise<string> {
    if (!mayDo(roles, 'tenants:manage')) throw new ToolplaneError('FORBIDDEN', { message: 'X-Toolplane-Tenant is for platform administrators' });
    const found = await this.database.asWorker((tx) => this.tenants.find(tx, tenant));
    if (!found || found.status === 'deleted') throw new ToolplaneError('FORBIDDEN', { message: 'X-Toolplane-Tenant names no tenant' });
    return found.id;
  }
}

const refuseInactive = (status: 'active' | 'suspended' | 'deleted' | undefined): void => {
  if (status === 'suspended') throw new ToolplaneError('TENANT_INACTIVE');
  if (status !== 'active') throw refuse();
};
