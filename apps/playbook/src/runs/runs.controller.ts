import { Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { isUuid, PlaybookRun, RunComment } from '@toolplane/contracts/documents';
import { ToolplaneError } from '@toolplane/contracts/errors';
import { Database } from '@toolplane/persistence';
import { Caller, CheckedBody, decodeCursor, pageOf, Permission, type EdgeRequest, type Page } from '@toolplane/service-kit';
import type { FastifyReply } from 'fastify';
import { pageSchema } from '../page-schema.js';
import { Cancellation } from './cancellation.js';
import { keyedRequest } from './keyed-request.js';
import { RunCommands, runNotFound } from './run-commands.js';
import { runOf } from './run-row.js';
import { runStore } from './run.store.js';
import { RunsQuery } from './runs-query.js';
import { answerRun } from './answer-run.js';

@Controller('api')
export class RunsController {
  constructor(
    private readonly database: Database,
    private readonly commands: RunCommands,
    private readonly cancellation: Cancellation,
  ) {}

  @Post('exceptions/:id/playbooks/:playbook/start')
  @Permission('playbooks:run', {
    summary: 'Begin a run of a playbook for an exception',
    description: 'The run keeps the playbook’s steps as they are now. Nothing is called: every step waits for somebody.',
    answers: { 201: PlaybookRun },
    errors: ['NOT_FOUND', 'CONFLICT', 'IDEMPOTENCY_KEY_REUSED'],
  })
  async start(
    @Caller() caller: Caller,
    @Param('id') id: string,
    @Param('playbook') playbook: string,
    @CheckedBody(RunComment, { optional: true }) body: RunComment | undefined,
    @Req() request: EdgeRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PlaybookRun> {
    if (!isUuid(id)) throw new ToolplaneError('NOT_FOUND', { message: 'there is no such exception' });
    const wish = { caller, request: keyedRequest(request, body ?? null), comment: body?.comment, traceparent: request.traceparent };
    const answered = await this.commands.start(id, playbook, wish);
    void reply.header('location', `/api/playbook-runs/${answered.run.id}`);
    return answerRun(reply, answered);
  }

  @Get('playbook-runs')
  @Permission('playbooks:read', { summary: 'List runs, newest first', answers: { 200: pageSchema(PlaybookRun) }, errors: ['CURSOR_INVALID'] })
  async list(@Caller() { tenantId }: Caller, @Query() { limit, cursor, ...filter }: RunsQuery): Promise<Page<PlaybookRun>> {
    const after = decodeCursor(cursor, ['time', 'uuid']);
    const rows = await this.database.asTenant(tenantId, (tx) => runStore.list(tx, tenantId, filter, limit + 1, after));
    return pageOf(rows, limit, ({ createdAt, id }) => [createdAt.toISOString(), id], runOf);
  }

  @Get('playbook-runs/:id')
  @Permission('playbooks:read', { summary: 'Read a run', answers: { 200: PlaybookRun }, errors: ['NOT_FOUND'] })
  async one(@Caller() { tenantId }: Caller, @Param('id') id: string): Promise<PlaybookRun> {
    const row = isUuid(id) ? await this.database.asTenant(tenantId, (tx) => runStore.one(tx, tenantId, id)) : undefined;
    if (!row) throw runNotFound();
    return runOf(row);
  }

  @Post('playbook-runs/:id/cancel')
  @HttpCode(200)
  @Permission('playbooks:run', {
    summary: 'Cancel a run',
    description: 'The run ends at once. A call that is running is asked to end; `detail` says what became of that, and its step shows its outcome.',
    answers: { 200: PlaybookRun },
    errors: ['NOT_FOUND', 'CONFLICT'],
  })
  async cancel(
    @Caller() caller: Caller,
    @Param('id') id: string,
    @CheckedBody(RunComment, { optional: true }) body: RunComment | undefined,
    @Req() request: EdgeRequest,
  ): Promise<PlaybookRun> {
    if (!isUuid(id)) throw runNotFound();
    const wish = { caller, request: { key: null, fingerprint: '' }, comment: body?.comment, traceparent: request.traceparent };
    const { run } = await this.commands.move(id, { type: 'cancel' }, wish);
    const running = run.steps.find(({ status }) => status === 'running')?.executionId;
    if (!running) return run;
    return this.commands.note(caller.tenantId, run.id, await this.cancellation.ask(running, caller.token));
  }
}
