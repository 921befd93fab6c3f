import { Controller, Param, Post, Req, Res } from '@nestjs/common';
import { ExecuteBody, ExecutionRecord } from '@toolplane/contracts/http';
import { Caller, CheckedBody, Permission, type EdgeRequest } from '@toolplane/service-kit';
import type { FastifyReply } from 'fastify';
import { RequestRunner } from './request-runner.js';

/** Runs a tool: checked, accepted durably, and answered with the record, at once or when it has ended. */
@Controller(['api/tools', 'api/v2/tools'])
export class ExecuteController {
  constructor(private readonly runner: RequestRunner) {}

  @Post(':tool/execute')
  @Permission('executions:execute', {
    summary: 'Run a tool',
    description:
      'Answers 202 with the record while it runs, 200 where it has ended. `Prefer: wait=N` waits for the end, at most 60 seconds. ' +
      '`Idempotency-Key` makes a repeat the same execution for 24 hours.',
    answers: { 200: ExecutionRecord, 202: ExecutionRecord },
    errors: ['TOOL_NOT_FOUND', 'REQUEST_INPUT_INVALID', 'IDEMPOTENCY_KEY_REUSED', 'EXECUTION_ID_CONFLICT', 'NOT_READY'],
  })
  execute(
    @Param('tool') tool: string,
    @Caller() caller: Caller,
    @CheckedBody(ExecuteBody, { code: 'REQUEST_INPUT_INVALID' }) body: ExecuteBody,
    @Req() request: EdgeRequest,
    @Res() reply: FastifyReply,
  ): Promise<FastifyReply> {
    const path = `/api/tools/${encodeURIComponent(tool)}/execute`;
    return this.runner.run({ tool, body, path, caller, request }, reply);
  }
}
