import { Injectable } from '@nestjs/common';
import type { Key, KeyBody } from '@toolplane/contracts/documents';
import type { Tx } from '@toolplane/persistence';

export interface KeyRow extends Omit<Key, 'expiresAt' | 'revokedAt' | 'createdAt'> {
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  readonly createdAt: Date;
}

export interface NewKey extends Omit<KeyRow, 'type' | 'agent' | 'revokedAt' | 'createdAt'> {
  readonly hash: string;
  readonly by: { readonly type: string; readonly id: string };
}

export interface PrincipalRow {
  readonly type: KeyBody['type'];
  readonly agent: string | null;
}

/** What a key's bearer is, as far as the key says. */
export interface BearerRow extends PrincipalRow {
  readonly tenantId: string;
  readonly principalId: string;
  readonly hash: string;
  readonly roles: string[];
  readonly mayActFor: boolean;
  readonly live: boolean;
  readonly tenantStatus: 'active' | 'suspended' | 'deleted';
}

const LIVE = `k.revoked_at is null and (k.expires_at is null or k.expires_at > now())`;
const COLUMNS = `
  k.id, k.tenant_id as "tenantId", k.principal_id as "principalId", k.name, p.type, k.roles, p.agent, k.may_act_for as "mayActFor", k.prefix,
  k.expires_at as "expiresAt", k.revoked_at as "revokedAt", k.created_at as "createdAt"`;
const KEYS = `registry.api_keys k join registry.principals p on (p.tenant_id, p.id) = (k.tenant_id, k.principal_id)`;
const INSERT_PRINCIPAL = `insert into registry.principals (tenant_id, id, type, name, agent) values ($1, $2, $3, $4, $5)`;
/** Two keys made at once for one principal would both see room for one more. */
const LOCK_PRINCIPAL = `select pg_advisory_xact_lock(hashtext($1))`;
const PRINCIPAL = `select type, agent from registry.principals where (tenant_id, id) = ($1, $2)`;
const COUNT_LIVE = `select count(*) as count from registry.api_keys k where (tenant_id, principal_id) = ($1, $2) and ${LIVE}`;
const INSERT = `
  insert into registry.api_keys (tenant_id, id, principal_id, name, roles, may_act_for, prefix, hash, expires_at, created_by)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`;
const FIND = `select ${COLUMNS} from ${KEYS} where (k.tenant_id, k.id) = ($1, $2)`;
const LIST = `
  select ${COLUMNS} from ${KEYS} where k.tenant_id = $1 and ($2::timestamptz is null or (k.created_at, k.id) < ($2, $3::uuid))
   order by k.created_at desc, k.id desc limit $4`;
const REVOKE = `update registry.api_keys set revoked_at = coalesce(revoked_at, now()) where (tenant_id, id) = ($1, $2) returning id`;
const REVOKE_ALL = `update registry.api_keys set revoked_at = now() where tenant_id = $1 and revoked_at is null`;
const BEARER = `
  select k.tenant_id as "tenantId", k.principal_id as "principalId", p.type, p.agent, k.hash, k.roles, k.may_act_for as "mayActFor",
         ${LIVE} as live, t.status as "tenantStatus"
    from ${KEYS} join registry.tenants t on t.id = k.tenant_id
   where k.prefix = $1`;

export const toKey = ({ expiresAt, revokedAt, createdAt, ...row }: KeyRow): Key => ({
  ...row,
  expiresAt: expiresAt?.toISOString() ?? null,
  revokedAt: revokedAt?.toISOString() ?? null,
  createdAt: createdAt.toISOString(),
});

@Injectable()
export class KeyStore {
  async insertPrincipal(tx: Tx, tenantId: string, id: string, { type, name, agent }: KeyBody): Promise<void> {
    await tx.query(INSERT_PRINCIPAL, [tenantId, id, type, name, agent ?? null]);
  }

  /** The principal, held for whoever wants to give it a key, and how many of its keys are live. */
  async lockPrincipal(tx: Tx, tenantId: string, id: string): Promise<(PrincipalRow & { readonly liveKeys: number }) | undefined> {
    await tx.query(LOCK_PRINCIPAL, [`${tenantId} ${id}`]);
    const [principal] = await tx.query<PrincipalRow>(PRINCIPAL, [tenantId, id]);
    const [live] = await tx.query<{ count: number }>(COUNT_LIVE, [tenantId, id]);
    return principal && { ...principal, liveKeys: live?.count ?? 0 };
  }

  async insert(tx: Tx, key: NewKey): Promise<void> {
    const { tenantId, id, principalId, name, roles, mayActFor, prefix, hash, expiresAt, by } = key;
    await tx.query(INSERT, [tenantId, id, principalId, name, roles, mayActFor, prefix, hash, expiresAt, JSON.stringify(by)]);
  }

  async find(tx: Tx, tenantId: string, id: string): Promise<KeyRow | undefined> {
    return (await tx.query<KeyRow>(FIND, [tenantId, id]))[0];
  }

  /** Newest first. */
  list(tx: Tx, tenantId: string, after: readonly [string, string] | undefined, take: number): Promise<KeyRow[]> {
    return tx.query<KeyRow>(LIST, [tenantId, after?.[0] ?? null, after?.[1] ?? null, take]);
  }

  /** Whether there is such a key; revoked again it stays revoked when it was. */
  async revoke(tx: Tx, tenantId: string, id: string): Promise<boolean> {
    return (await tx.query(REVOKE, [tenantId, id])).length === 1;
  }

  async revokeAll(tx: Tx, tenantId: string): Promise<void> {
    await tx.query(REVOKE_ALL, [tenantId]);
  }

  /** Across tenants: whose key it is, is what the key is asked for. */
  async bearer(tx: Tx, prefix: string): Promise<BearerRow | undefined> {
    return (await tx.query<BearerRow>(BEARER, [prefix]))[0];
  }
}
