import { Controller, Delete, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { CreatedKey, isUuid, Key, KeyBody } from '@toolplane/contracts/documents';
import { ToolplaneError } from '@toolplane/contracts/errors';
import { Database } from '@toolplane/persistence';
import { Caller, CheckedBody, decodeCursor, pageOf, PageQuery, Permission, type Page } from '@toolplane/service-kit';
import type { FastifyReply } from 'fastify';
import { pageSchema } from '../page-schema.js';
import { refuseForeign } from '../tenants/tenants.controller.js';
import { TenantStore } from '../tenants/tenant.store.js';
import { KeyChanges } from './key-changes.js';
import { KeyStore, toKey } from './key.store.js';

@Controller('api/tenants/:id/keys')
export class KeysController {
  constructor(
    private readonly database: Database,
    private readonly tenants: TenantStore,
    private readonly keys: KeyStore,
    private readonly changes: KeyChanges,
  ) {}

  @Get()
  @Permission('keys:manage', { summary: 'Keys of a tenant, newest first', answers: { 200: pageSchema(Key) } })
  async list(@Caller() caller: Caller, @Param('id') tenantId: string, @Query() { limit, cursor }: PageQuery): Promise<Page<Key>> {
    refuseForeign(caller, tenantId);
    const after = decodeCursor(cursor, ['time', 'uuid']);
    const rows = await this.database.asTenant(tenantId, async (tx) => {
      if (!(await this.tenants.find(tx, tenantId))) throw new ToolplaneError('NOT_FOUND');
      return this.keys.list(tx, tenantId, after, limit + 1);
    });
    return pageOf(rows, limit, ({ createdAt, id }) => [createdAt.toISOString(), id], toKey);
  }

  @Post()
  @Permission('keys:manage', { summary: 'Make a key; it is shown this once', answers: { 201: CreatedKey }, errors: ['CONFLICT'] })
  async create(
    @Caller() caller: Caller,
    @Param('id') tenantId: string,
    @CheckedBody(KeyBody) body: KeyBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CreatedKey> {
    refuseForeign(caller, tenantId);
    const key = await this.changes.create(caller, tenantId, body);
    void reply.header('location', `/api/tenants/${tenantId}/keys/${key.id}`).header('cache-control', 'no-store');
    return key;
  }

  @Get(':key')
  @Permission('keys:manage', { summary: 'One key, without the key itself', answers: { 200: Key } })
  async get(@Caller() caller: Caller, @Param('id') tenantId: string, @Param('key') id: string): Promise<Key> {
    refuseForeign(caller, tenantId);
    const row = isUuid(id) ? await this.database.asTenant(tenantId, (tx) => this.keys.find(tx, tenantId, id)) : undefined;
    if (!row) throw new ToolplaneError('NOT_FOUND');
    return toKey(row);
  }

  @Delete(':key')
  @HttpCode(204)
  @Permission('keys:manage', { summary: 'Revoke a key; in force within a minute', answers: { 204: null } })
  async revoke(@Caller() caller: Caller, @Param('id') tenantId: string, @Param('key') id: string): Promise<void> {
    refuseForeign(caller, tenantId);
    const revoked = isUuid(id) && (await this.database.asTenant(tenantId, (tx) => this.keys.revoke(tx, tenantId, id)));
    if (!revoked) throw new ToolplaneError('NOT_FOUND');
  }
}
