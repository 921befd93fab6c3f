import { Injectable } from '@nestjs/common';
import type { RegistryTenant, Tenant } from '@toolplane/contracts/documents';
import type { Tx } from '@toolplane/persistence';
import type { Moment } from '../announce/revision.js';

export interface TenantRow extends RegistryTenant {
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

const COLUMNS = `id, display_name as "displayName", status, created_at as "createdAt", updated_at as "updatedAt"`;
const INSERT = `
  insert into registry.tenants (id, display_name, revision, created_at, updated_at) values ($1, $2, $3, $4, $4)
  on conflict do nothing returning ${COLUMNS}`;
const FIND = `select ${COLUMNS} from registry.tenants where id = $1`;
const LIST = `select ${COLUMNS} from registry.tenants where $1::text is null or id > $1 order by id limit $2`;
const UPDATE = `
  update registry.tenants set display_name = $2, status = $3, revision = $4, updated_at = $5 where id = $1 returning ${COLUMNS}`;

export const toTenant = ({ createdAt, updatedAt, ...row }: TenantRow): Tenant => ({
  ...row,
  createdAt: createdAt.toISOString(),
  updatedAt: updatedAt.toISOString(),
});

@Injectable()
export class TenantStore {
  /** Undefined where the id is taken, by a deleted tenant too. */
  async insert(tx: Tx, { id, displayName }: Pick<Tenant, 'id' | 'displayName'>, { revision, at }: Moment): Promise<TenantRow | undefined> {
    return (await tx.query<TenantRow>(INSERT, [id, displayName, revision, at]))[0];
  }

  async find(tx: Tx, id: string): Promise<TenantRow | undefined> {
    return (await tx.query<TenantRow>(FIND, [id]))[0];
  }

  /** Whoever changes a tenant holds it from here on. */
  async lock(tx: Tx, id: string): Promise<TenantRow | undefined> {
    return (await tx.query<TenantRow>(`${FIND} for update`, [id]))[0];
  }

  list(tx: Tx, after: string | undefined, take: number): Promise<TenantRow[]> {
    return tx.query<TenantRow>(LIST, [after ?? null, take]);
  }

  async update(tx: Tx, { id, displayName, status }: RegistryTenant, { revision, at }: Moment): Promise<TenantRow> {
    const [row] = await tx.query<TenantRow>(UPDATE, [id, displayName, status, revision, at]);
    if (!row) throw new Error('a locked tenant is there');
    return row;
  }
}
