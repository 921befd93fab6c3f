import { Controller, Delete, Get, Headers, HttpCode, Param, Post, Put, Query, Res } from '@nestjs/common';
import { Tool, ToolBody, ToolReplacement } from '@toolplane/contracts/documents';
import { ToolplaneError } from '@toolplane/contracts/errors';
import { Database } from '@toolplane/persistence';
import { Caller, CheckedBody, decodeCursor, pageOf, Permission, type Page } from '@toolplane/service-kit';
import type { FastifyReply } from 'fastify';
import { pageSchema } from '../page-schema.js';
import { ToolChanges } from './tool-changes.js';
import { ToolListQuery } from './tool-list.query.js';
import { etagOf, toTool, type ToolRow } from './tool-row.js';
import { ToolQueries } from './tool.queries.js';

export const TOOL_PATHS = ['api/tools', 'api/v2/tools'];

/** A tool as answer, with the tag that guards its next change. */
export const answer = (reply: FastifyReply, row: ToolRow): Tool => {
  void reply.header('etag', etagOf(row));
  return toTool(row);
};

@Controller(TOOL_PATHS)
export class ToolsController {
  constructor(
    private readonly database: Database,
    private readonly queries: ToolQueries,
    private readonly changes: ToolChanges,
  ) {}

  @Get()
  @Permission('tools:read', { summary: 'Tools visible to the caller', answers: { 200: pageSchema(Tool) } })
  async list(@Caller() { tenantId }: Caller, @Query() { limit, cursor, ...filter }: ToolListQuery): Promise<Page<Tool>> {
    const after = decodeCursor(cursor, ['text', 'uuid']);
    const rows = await this.database.asTenant(tenantId, (tx) => this.queries.list(tx, tenantId, { ...filter, q: filter.q, after, take: limit + 1 }));
    return pageOf(rows, limit, (row) => [row.definition.name, row.id], toTool);
  }

  @Post()
  @Permission('tools:write', { summary: 'Make a tool', answers: { 201: Tool }, errors: ['NAME_TAKEN', 'PROVIDER_NOT_DEPLOYED', 'TENANT_INACTIVE'] })
  async create(@Caller() caller: Caller, @CheckedBody(ToolBody) body: ToolBody, @Res({ passthrough: true }) reply: FastifyReply): Promise<Tool> {
    const row = await this.changes.create(caller, body);
    void reply.header('location', `/api/tools/${row.id}`);
    return answer(reply, row);
  }

  @Get(':tool')
  @Permission('tools:read', { summary: 'One tool, by id or name', answers: { 200: Tool }, errors: ['TOOL_NOT_FOUND'] })
  async get(@Caller() { tenantId }: Caller, @Param('tool') tool: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<Tool> {
    const row = await this.database.asTenant(tenantId, (tx) => this.queries.find(tx, tenantId, tool));
    if (!row || row.deletedAt) throw new ToolplaneError('TOOL_NOT_FOUND');
    return answer(reply, row);
  }

  @Put(':tool')
  @Permission('tools:write', {
    summary: 'Replace the definition: a new version',
    answers: { 200: Tool },
    errors: ['TOOL_NOT_FOUND', 'NAME_TAKEN', 'CONFLICT', 'PRECONDITION_FAILED', 'PROVIDER_NOT_DEPLOYED'],
  })
  async replace(
    @Caller() caller: Caller,
    @Param('tool') tool: string,
    @CheckedBody(ToolReplacement) body: ToolReplacement,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Tool> {
    return answer(reply, await this.changes.replace(caller, tool, body, ifMatch));
  }

  @Delete(':tool')
  @HttpCode(204)
  @Permission('tools:write', { summary: 'Delete a tool; its history stays', answers: { 204: null }, errors: ['TOOL_NOT_FOUND', 'PRECONDITION_FAILED'] })
  remove(@Caller() caller: Caller, @Param('tool') tool: string, @Headers('if-match') ifMatch: string | undefined): Promise<void> {
    return this.changes.remove(caller, tool, ifMatch);
  }
}
