import { Controller, Param, Post, Req, Res } from '@nestjs/common';
import { ExecutionRecord, RerunBody, type ExecuteBody, type StoredRequest } from '@toolplane/contracts/http';
import { Caller, CheckedBody, Permission, ServiceClient, type EdgeRequest } from '@toolplane/service-kit';
import type { FastifyReply } from 'fastify';
import { relay } from '../forwarding/relay.js';
import { pathOf } from './execution-reader.js';
import { RequestRunner } from './request-runner.js';

/** Runs an execution again, as it was or with edits: a new execution, checked, decided and approved like any other. */
@Controller(['api/tools/executions', 'api/v2/tools/executions'])
export class RerunController {
  constructor(
    private readonly services: ServiceClient,
    private readonly runner: RequestRunner,
  ) {}

  @Post(':id/rerun')
  @Permission('executions:execute', {
    summary: 'Run an execution again',
    description:
      'A new execution of the same tool, for the same agent, session and case, in the name of who asks. Without `payload` it gets the one it had, sealed fields included; ' +
      'without `version` it runs the current one. The executions are tied together by their correlation id.',
    answers: { 200: ExecutionRecord, 202: ExecutionRecord },
    errors: ['NOT_FOUND', 'TOOL_NOT_FOUND', 'REQUEST_INPUT_INVALID', 'IDEMPOTENCY_KEY_REUSED', 'NOT_READY'],
  })
  async rerun(
    @Param('id') given: string,
    @Caller() caller: Caller,
    @CheckedBody(RerunBody, { code: 'REQUEST_INPUT_INVALID' }) edits: RerunBody,
    @Req() request: EdgeRequest,
    @Res() reply: FastifyReply,
  ): Promise<FastifyReply> {
    const id = given.toLowerCase();
    const headers = { traceparent: request.traceparent };
    const stored = await this.services.callRaw({ service: 'execution', method: 'GET', path: `/internal/executions/${encodeURIComponent(id)}/request`, token: caller.token, headers });
    if (stored.status !== 200) return relay(stored, reply);
    const { tool, payload, ...rest } = JSON.parse(stored.body.toString()) as StoredRequest;
    const kept = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== null));
    const body: ExecuteBody = { payload, ...kept, ...edits };
    return this.runner.run({ tool, body, path: `${pathOf(id)}/rerun`, caller, request }, reply);
  }
}
