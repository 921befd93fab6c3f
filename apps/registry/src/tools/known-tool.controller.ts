import { Controller, Get, Param } from '@nestjs/common';
import { ToolplaneError } from '@toolplane/contracts/errors';
import { Database } from '@toolplane/persistence';
import { Caller, Permission } from '@toolplane/service-kit';
import { ToolQueries } from './tool.queries.js';

/** Asked before a 404: validation's projection may not have read of a tool that is a second old. */
@Controller('internal/tools')
export class KnownToolController {
  constructor(
    private readonly database: Database,
    private readonly queries: ToolQueries,
  ) {}

  @Get(':tool')
  @Permission('self:read', { summary: 'Whether the caller’s tenant has such a tool', errors: ['TOOL_NOT_FOUND'] })
  async known(@Caller() { tenantId }: Caller, @Param('tool') tool: string): Promise<{ id: string; name: string; version: string; revision: number }> {
    const row = await this.database.asTenant(tenantId, (tx) => this.queries.find(tx, tenantId, tool));
    if (!row || row.deletedAt) throw new ToolplaneError('TOOL_NOT_FOUND');
    return { id: row.id, name: row.definition.name, version: row.version, revision: row.revision };
  }
}
