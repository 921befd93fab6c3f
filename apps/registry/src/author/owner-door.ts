import { Injectable } from '@nestjs/common';
import { ToolplaneError } from '@toolplane/contracts/errors';
import { GLOBAL } from '@toolplane/contracts/ids';
import { Database, type Tx } from '@toolplane/persistence';
import { TenantStore } from '../tenants/tenant.store.js';
import type { Author } from './author.js';

/** The way to what somebody owns: a tenant's rows through its own door, global ones, which belong to no tenant, through the worker's. */
@Injectable()
export class OwnerDoor {
  constructor(
    private readonly database: Database,
    private readonly tenants: TenantStore,
  ) {}

  /** To write. Null is the global scope. */
  open<Result>(tenantId: string | null, work: (tx: Tx) => Promise<Result>): Promise<Result> {
    return tenantId === null ? this.database.asWorker(work) : this.database.asTenant(tenantId, work);
  }

  /** To look, as the author sees things. The files' author, who is of no tenant, sees what is global. */
  look<Result>({ tenantId }: Author, work: (tx: Tx) => Promise<Result>): Promise<Result> {
    return this.open(tenantId === GLOBAL ? null : tenantId, work);
  }

  /** A tenant that is suspended or gone gets nothing new. @throws ToolplaneError TENANT_INACTIVE */
  async refuseInactive(tx: Tx, tenantId: string | null): Promise<void> {
    if (tenantId === null || (await this.tenants.find(tx, tenantId))?.status === 'active') return;
    throw new ToolplaneError('TENANT_INACTIVE', { message: 'The tenant is not active' });
  }
}
