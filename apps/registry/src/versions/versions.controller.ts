import { Controller, Get, Headers, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { Rollback, Tool, ToolVersion } from '@toolplane/contracts/documents';
import { ToolplaneError } from '@toolplane/contracts/errors';
import { Database } from '@toolplane/persistence';
import { Caller, CheckedBody, decodeCursor, pageOf, PageQuery, Permission, type Page } from '@toolplane/service-kit';
import type { FastifyReply } from 'fastify';
import { pageSchema } from '../page-schema.js';
import { ToolChanges } from '../tools/tool-changes.js';
import { toVersion } from '../tools/tool-row.js';
import { ToolQueries } from '../tools/tool.queries.js';
import { answer, TOOL_PATHS } from '../tools/tools.controller.js';

@Controller(TOOL_PATHS)
export class VersionsController {
  constructor(
    private readonly database: Database,
    private readonly queries: ToolQueries,
    private readonly changes: ToolChanges,
  ) {}

  @Get(':tool/versions')
  @Permission('tools:read', { summary: 'Every version, newest first', answers: { 200: pageSchema(ToolVersion) }, errors: ['TOOL_NOT_FOUND'] })
  async list(@Caller() { tenantId }: Caller, @Param('tool') tool: string, @Query() { limit, cursor }: PageQuery): Promise<Page<ToolVersion>> {
    const [before] = decodeCursor(cursor, ['integer']) ?? [];
    const rows = await this.database.asTenant(tenantId, async (tx) => {
      const row = await this.queries.find(tx, tenantId, tool);
      if (!row) throw new ToolplaneError('TOOL_NOT_FOUND');
      return this.queries.versions(tx, tenantId, row.id, { before, take: limit + 1 });
    });
    return pageOf(rows, limit, ({ revision }) => [revision], toVersion);
  }

  @Post(':tool/rollback')
  @HttpCode(200)
  @Permission('tools:write', {
    summary: 'Make an earlier version current',
    answers: { 200: Tool },
    errors: ['TOOL_NOT_FOUND', 'TOOL_VERSION_NOT_FOUND', 'NAME_TAKEN', 'PRECONDITION_FAILED', 'PROVIDER_NOT_DEPLOYED'],
  })
  async rollback(
    @Caller() caller: Caller,
    @Param('tool') tool: string,
    @CheckedBody(Rollback) { version }: Rollback,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Tool> {
    return answer(reply, await this.changes.rollback(caller, tool, version, ifMatch));
  }
}
