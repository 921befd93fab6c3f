import { Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { Tenant, TENANT_ID_PATTERN, TenantBody, TenantChange } from '@toolplane/contracts/documents';
import { ToolplaneError } from '@toolplane/contracts/errors';
import { Database } from '@toolplane/persistence';
import { Caller, CheckedBody, decodeCursor, mayDo, pageOf, PageQuery, Permission, type Page } from '@toolplane/service-kit';
import type { FastifyReply } from 'fastify';
import { pageSchema } from '../page-schema.js';
import { TenantChanges } from './tenant-changes.js';
import { TenantStore, toTenant } from './tenant.store.js';

@Controller('api/tenants')
export class TenantsController {
  constructor(
    private readonly database: Database,
    private readonly tenants: TenantStore,
    private readonly changes: TenantChanges,
  ) {}

  @Get()
  @Permission('tenants:manage', { summary: 'Every tenant', answers: { 200: pageSchema(Tenant) } })
  async list(@Query() { limit, cursor }: PageQuery): Promise<Page<Tenant>> {
    const [after] = decodeCursor(cursor, ['text']) ?? [];
    const rows = await this.database.asWorker((tx) => this.tenants.list(tx, after, limit + 1));
    return pageOf(rows, limit, ({ id }) => [id], toTenant);
  }

  @Post()
  @Permission('tenants:manage', { summary: 'Provision a tenant', answers: { 201: Tenant }, errors: ['NAME_TAKEN'] })
  async provision(@Caller() caller: Caller, @CheckedBody(TenantBody) body: TenantBody, @Res({ passthrough: true }) reply: FastifyReply): Promise<Tenant> {
    const row = await this.changes.provision(caller, body);
    void reply.header('location', `/api/tenants/${row.id}`);
    return toTenant(row);
  }

  @Get(':id')
  @Permission('tenant:read', { summary: 'One tenant; one’s own without being platform administrator', answers: { 200: Tenant } })
  async get(@Caller() caller: Caller, @Param('id') id: string): Promise<Tenant> {
    refuseForeign(caller, id);
    const row = await this.database.asTenant(id, (tx) => this.tenants.find(tx, id));
    if (!row) throw new ToolplaneError('NOT_FOUND');
    return toTenant(row);
  }

  @Patch(':id')
  @Permission('tenants:manage', { summary: 'Rename, suspend or reactivate a tenant', answers: { 200: Tenant } })
  async change(@Caller() caller: Caller, @Param('id') id: string, @CheckedBody(TenantChange) body: TenantChange): Promise<Tenant> {
    refuseForeign(caller, id);
    return toTenant(await this.changes.change(caller, id, body));
  }

  @Delete(':id')
  @HttpCode(204)
  @Permission('tenants:manage', { summary: 'Delete a tenant; its audit is kept', answers: { 204: null } })
  async remove(@Caller() caller: Caller, @Param('id') id: string): Promise<void> {
    refuseForeign(caller, id);
    await this.changes.delete(caller, id);
  }
}

const TENANT_ID = new RegExp(TENANT_ID_PATTERN);

/** A tenant that is not the caller's own does not exist for it. @throws ToolplaneError NOT_FOUND */
export const refuseForeign = ({ tenantId, roles }: Caller, id: string): void => {
  if (TENANT_ID.test(id) && (id === tenantId || mayDo(roles, 'tenants:manage'))) return;
  throw new ToolplaneError('NOT_FOUND');
};
