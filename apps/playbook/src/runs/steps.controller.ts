import { Controller, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { isUuid, PlaybookRun, RunComment, StepCompletion } from '@toolplane/contracts/documents';
import { ToolplaneError } from '@toolplane/contracts/errors';
import { storable } from '@toolplane/persistence';
import { Caller, CheckedBody, Permission, type EdgeRequest } from '@toolplane/service-kit';
import type { FastifyReply } from 'fastify';
import { answerRun } from './answer-run.js';
import { keyedRequest } from './keyed-request.js';
import { RunCommands, runNotFound, type PersonalTrigger } from './run-commands.js';

const ERRORS = ['NOT_FOUND', 'CONFLICT', 'IDEMPOTENCY_KEY_REUSED'] as const;
const CALL_ERRORS = [...ERRORS, 'TOOL_NOT_FOUND', 'REQUEST_INPUT_INVALID', 'REQUEST_TOO_LARGE', 'NOT_READY'] as const;

/** What a person does with a step. Nothing else starts a tool: keys of services and agents are refused, whatever their roles. */
@Controller('api/playbook-runs/:id/steps/:step')
export class StepsController {
  constructor(private readonly commands: RunCommands) {}

  @Post('complete')
  @HttpCode(200)
  @Permission('playbooks:run', {
    summary: 'Complete a step; of a call_tool step, run its tool',
    description: 'Needs a principal of type user. A call_tool step is running from then on and follows its execution; its payload is filled in now.',
    answers: { 200: PlaybookRun },
    errors: CALL_ERRORS,
  })
  complete(
    @Caller() caller: Caller,
    @Param('id') id: string,
    @Param('step') step: string,
    @CheckedBody(StepCompletion, { optional: true }) body: StepCompletion | undefined,
    @Req() request: EdgeRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PlaybookRun> {
    return this.move(caller, id, { type: 'complete', step, choice: body?.choice }, body, request, reply);
  }

  @Post('retry')
  @HttpCode(200)
  @Permission('playbooks:run', { summary: 'Run the tool of a failed step again', description: 'Needs a principal of type user.', answers: { 200: PlaybookRun }, errors: CALL_ERRORS })
  retry(
    @Caller() caller: Caller,
    @Param('id') id: string,
    @Param('step') step: string,
    @CheckedBody(RunComment, { optional: true }) body: RunComment | undefined,
    @Req() request: EdgeRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PlaybookRun> {
    return this.move(caller, id, { type: 'retry', step }, body, request, reply);
  }

  @Post('skip')
  @HttpCode(200)
  @Permission('playbooks:run', { summary: 'Pass over a step that was not begun or has failed', description: 'Needs a principal of type user.', answers: { 200: PlaybookRun }, errors: ERRORS })
  skip(
    @Caller() caller: Caller,
    @Param('id') id: string,
    @Param('step') step: string,
    @CheckedBody(RunComment, { optional: true }) body: RunComment | undefined,
    @Req() request: EdgeRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PlaybookRun> {
    return this.move(caller, id, { type: 'skip', step }, body, request, reply);
  }

  private async move(
    caller: Caller,
    id: string,
    trigger: PersonalTrigger,
    body: RunComment | undefined,
    request: EdgeRequest,
    reply: FastifyReply,
  ): Promise<PlaybookRun> {
    if (caller.principal.type !== 'user') throw new ToolplaneError('FORBIDDEN', { message: 'only a person can do this: use a key of type user' });
    if (!isUuid(id)) throw runNotFound();
    const keyed = keyedRequest(request, body ?? null);
    return answerRun(reply, await this.commands.move(id, trigger, { caller, request: keyed, comment: storable(body)?.comment, traceparent: request.traceparent }));
  }
}
