import { Injectable } from '@nestjs/common';
import type { CreatedKey, KeyBody } from '@toolplane/contracts/documents';
import { ToolplaneError, type FieldError } from '@toolplane/contracts/errors';
import { newId } from '@toolplane/contracts/ids';
import { Database, storable, type Tx } from '@toolplane/persistence';
import { generateApiKey } from '@toolplane/security/credentials';
import { mayDo, type Caller } from '@toolplane/service-kit';
import { makerOf } from '../author/author.js';
import { TenantStore } from '../tenants/tenant.store.js';
import { KeyStore, toKey, type PrincipalRow } from './key.store.js';

/** The old key and the one that takes its place. */
const LIVE_KEYS_AT_MOST = 2;

/** Makes keys. The key itself is in the answer and nowhere else. */
@Injectable()
export class KeyChanges {
  constructor(
    private readonly database: Database,
    private readonly tenants: TenantStore,
    private readonly keys: KeyStore,
  ) {}

  create(caller: Caller, tenantId: string, given: KeyBody): Promise<CreatedKey> {
    const body = storable(given);
    const details = faultsOf(body, Date.now());
    if (details.length > 0) throw new ToolplaneError('DEFINITION_INVALID', { details });
    if (body.roles.includes('platform-admin') && !mayDo(caller.roles, 'tenants:manage')) {
      throw new ToolplaneError('FORBIDDEN', { message: 'only a platform administrator makes another one' });
    }
    return this.database.asTenant(tenantId, async (tx) => {
      const tenant = await this.tenants.find(tx, tenantId);
      if (!tenant || tenant.status === 'deleted') throw new ToolplaneError('NOT_FOUND');
      const { key, prefix, hash } = generateApiKey();
      const { name, roles, mayActFor = false } = body;
      const id = newId();
      const principalId = await this.principalFor(tx, tenantId, body);
      const expiresAt = body.expiresAt ? new Date(body.expiresAt) : null;
      await this.keys.insert(tx, { tenantId, id, principalId, name, roles, mayActFor, prefix, hash, expiresAt, by: makerOf(caller) });
      const row = await this.keys.find(tx, tenantId, id);
      if (!row) throw new Error('a key that was inserted is there');
      return { ...toKey(row), key };
    });
  }

  /** A key is a principal of its own, unless it is to stand beside or after another key of one. */
  private async principalFor(tx: Tx, tenantId: string, body: KeyBody): Promise<string> {
    if (body.principalId === undefined) {
      const id = newId();
      await this.keys.insertPrincipal(tx, tenantId, id, body);
      return id;
    }
    const principal = await this.keys.lockPrincipal(tx, tenantId, body.principalId);
    const details = principal ? differences(principal, body) : [{ pointer: '/principalId', detail: 'names no principal of this tenant' }];
    if (details.length > 0) throw new ToolplaneError('DEFINITION_INVALID', { details });
    if ((principal?.liveKeys ?? 0) >= LIVE_KEYS_AT_MOST) {
      throw new ToolplaneError('CONFLICT', { message: `The principal has ${LIVE_KEYS_AT_MOST} live keys; revoke one first` });
    }
    return body.principalId;
  }
}

const faultsOf = ({ type, agent, expiresAt }: KeyBody, now: number): FieldError[] => [
  ...(type === 'agent' && !agent ? [{ pointer: '/agent', detail: 'is required by type agent' }] : []),
  ...(type !== 'agent' && agent ? [{ pointer: '/agent', detail: `does not belong to type ${type}` }] : []),
  ...(expiresAt && Date.parse(expiresAt) <= now ? [{ pointer: '/expiresAt', detail: 'has passed' }] : []),
];

const differences = (principal: PrincipalRow, { type, agent }: KeyBody): FieldError[] => [
  ...(principal.type === type ? [] : [{ pointer: '/type', detail: `the principal is of type ${principal.type}` }]),
  ...(principal.agent === (agent ?? null) ? [] : [{ pointer: '/agent', detail: 'is not the principal’s agent' }]),
];
