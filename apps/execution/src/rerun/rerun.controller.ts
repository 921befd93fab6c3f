import { Controller, Get, Headers, HttpCode, Param, Post, Res } from '@nestjs/common';
import { BulkRerunAnswer, BulkRerunBody, HTTP_HEADERS, StoredRequest } from '@toolplane/contracts/http';
import { ToolplaneError } from '@toolplane/contracts/errors';
import { isUuid } from '@toolplane/contracts/events';
import { Database } from '@toolplane/persistence';
import { Caller, CheckedBody, Permission } from '@toolplane/service-kit';
import type { FastifyReply } from 'fastify';
import { executionsQueries } from '../read/executions.queries.js';
import { BulkRerun } from './bulk-rerun.js';

/** What has run is run again: one with edits, by way of the gateway, which has it checked; many as they were. */
@Controller()
export class RerunController {
  constructor(
    private readonly database: Database,
    private readonly bulk: BulkRerun,
  ) {}

  @Get('internal/executions/:id/request')
  @Permission('executions:execute', { summary: 'What an execution was asked for', answers: { 200: StoredRequest }, errors: ['NOT_FOUND'] })
  async request(@Caller() { tenantId }: Caller, @Param('id') id: string): Promise<StoredRequest> {
    const row = isUuid(id) ? await this.database.asTenant(tenantId, (tx) => executionsQueries.one(tx, tenantId, id.toLowerCase())) : null;
    if (!row) throw new ToolplaneError('NOT_FOUND', { message: 'there is no such execution' });
    const { toolId, toolName, input, agent, sessionId, exceptionId, correlationId } = row;
    return { tool: toolId ?? toolName, payload: input, agent, sessionId, exceptionId, correlationId: correlationId ?? row.id };
  }

  @Post('api/tools/executions/rerun')
  @HttpCode(202)
  @Permission('executions:execute', {
    summary: 'Run ended executions again',
    description:
      'Counts, unless `dryRun` is false. Takes what had ended when it was called, at most 1,000; with an Idempotency-Key a repeat goes on where an interrupted one stopped and starts nothing twice.',
    answers: { 202: BulkRerunAnswer },
    errors: ['DEFINITION_INVALID', 'IDEMPOTENCY_KEY_REUSED'],
  })
  async rerunMany(
    @Caller() caller: Caller,
    @CheckedBody(BulkRerunBody) body: BulkRerunBody,
    @Headers(HTTP_HEADERS.idempotencyKey) idempotencyKey: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<BulkRerunAnswer> {
    const { answer, replayed } = await this.bulk.run(caller, body, idempotencyKey ?? null);
    if (replayed) void reply.header(HTTP_HEADERS.idempotentReplayed, 'true');
    return answer;
  }
}
