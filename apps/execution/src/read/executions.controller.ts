import { Controller, Get, Param, Query } from '@nestjs/common';
import { ExecutionRecord } from '@toolplane/contracts/http';
import { ToolplaneError } from '@toolplane/contracts/errors';
import { Database } from '@toolplane/persistence';
import { Caller, decodeCursor, pageOf, Permission, type Page } from '@toolplane/service-kit';
import { Type } from 'typebox';
import { executionRecord, listedRecord } from './execution-record.js';
import { executionsQueries } from './executions.queries.js';
import { ExecutionsQuery } from './executions-query.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const ExecutionPage = Type.Object({ items: Type.Array(ExecutionRecord), next: Type.Union([Type.String(), Type.Null()]) });

/** The caller's executions: an id of another tenant answers exactly as an unknown one. */
@Controller('api/tools/executions')
export class ExecutionsController {
  constructor(private readonly database: Database) {}

  @Get()
  @Permission('executions:read', { summary: 'List executions, newest first', answers: { 200: ExecutionPage }, errors: ['CURSOR_INVALID'] })
  async list(@Caller() { tenantId }: Caller, @Query() query: ExecutionsQuery): Promise<Page<ExecutionRecord>> {
    const after = decodeCursor(query.cursor, ['time', 'uuid']);
    const rows = await this.database.asTenant(tenantId, (tx) =>
      executionsQueries.list(tx, tenantId, query, query.limit + 1, after ? { at: after[0], id: after[1] } : null));
    return pageOf(rows, query.limit, ({ createdAt, id }) => [createdAt.toISOString(), id], listedRecord);
  }

  @Get(':id')
  @Permission('executions:read', { summary: 'Read an execution', answers: { 200: ExecutionRecord }, errors: ['NOT_FOUND'] })
  async one(@Caller() { tenantId }: Caller, @Param('id') id: string): Promise<ExecutionRecord> {
    return executionRecord(await this.rowOf(tenantId, id));
  }

  @Get(':id/output')
  @Permission('executions:read', { summary: 'Read the output of an execution, however large', answers: { 200: Type.Unknown() }, errors: ['NOT_FOUND'] })
  async output(@Caller() { tenantId }: Caller, @Param('id') id: string): Promise<unknown> {
    const row = await this.rowOf(tenantId, id);
    if (row.status !== 'succeeded') throw new ToolplaneError('NOT_FOUND', { message: 'the execution has no output' });
    return row.output;
  }

  private async rowOf(tenantId: string, id: string) {
    const row = UUID.test(id) ? await this.database.asTenant(tenantId, (tx) => executionsQueries.one(tx, tenantId, id)) : null;
    if (!row) throw new ToolplaneError('NOT_FOUND', { message: 'there is no such execution' });
    return row;
  }
}
