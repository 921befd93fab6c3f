import { Controller, Headers, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { AcceptAnswer, AcceptBody, HTTP_HEADERS } from '@toolplane/contracts/http';
import { ToolplaneError } from '@toolplane/contracts/errors';
import { keyedDigest } from '@toolplane/security/chain';
import { Caller, CheckedBody, Permission, type EdgeRequest } from '@toolplane/service-kit';
import type { FastifyReply } from 'fastify';
import { executionRecord } from '../read/execution-record.js';
import type { Acceptance } from './acceptance.store.js';
import { Acceptor } from './acceptor.js';
import { checkedKey } from './idempotency-key.js';
import { InputSealer } from './input-sealer.js';

/** Injection token of the key that request digests and fingerprints are made with. */
export const REQUEST_DIGEST_KEY = Symbol('REQUEST_DIGEST_KEY');

/** Takes what the gateway has authenticated and validation has checked. Reachable from inside only. */
@Controller('internal/executions')
export class AcceptController {
  constructor(
    private readonly acceptor: Acceptor,
    private readonly sealer: InputSealer,
    @Inject(REQUEST_DIGEST_KEY) private readonly digestKey: string,
  ) {}

  @Post()
  @HttpCode(202)
  @Permission('executions:execute', { summary: 'Accept a checked request', answers: { 202: AcceptAnswer }, errors: ['IDEMPOTENCY_KEY_REUSED', 'EXECUTION_ID_CONFLICT', 'REQUEST_TOO_LARGE', 'SEALING_NOT_CONFIGURED'] })
  async accept(
    @Caller() caller: Caller,
    @CheckedBody(AcceptBody, { code: 'REQUEST_INPUT_INVALID' }) body: AcceptBody,
    @Headers(HTTP_HEADERS.idempotencyKey) idempotencyKey: string | undefined,
    @Req() request: EdgeRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AcceptAnswer> {
    const accepted = await this.acceptor.accept(await this.acceptanceOf(caller, body, checkedKey(idempotencyKey ?? null), request.traceparent));
    if (accepted.outcome === 'refused') throw new ToolplaneError(accepted.code);
    if (accepted.outcome === 'replayed') void reply.header(HTTP_HEADERS.idempotentReplayed, 'true');
    return { record: executionRecord(accepted.row) };
  }

  /** Digest and fingerprint are keyed hashes of what was sent: they are made before it is sealed, which gives another text each time. */
  private async acceptanceOf(caller: Caller, body: AcceptBody, idempotencyKey: string | null, traceparent: string): Promise<Acceptance> {
    const { executionId, check, request, path } = body;
    const { executionId: _named, ...content } = request;
    return {
      tenantId: caller.tenantId, executionId, idempotencyKey,
      fingerprint: keyedDigest(this.digestKey, { path, request }),
      requestDigest: keyedDigest(this.digestKey, { tool: check.toolId, ...content, requestedBy: caller.principal }),
      toolId: check.toolId, toolName: check.toolName, toolVersion: request.version ?? null,
      agent: agentOf(caller, request), sessionId: request.sessionId ?? null, exceptionId: request.exceptionId ?? null,
      correlationId: request.correlationId ?? null, input: await this.sealer.seal(caller.tenantId, body),
      deadline: request.deadline === undefined ? null : new Date(request.deadline),
      context: {
        request: null, requestedBy: caller.principal, actor: actorOf(caller, request), ip: caller.ip, approval: null, answerTopic: null,
        sensitiveInput: check.sensitive.input, traceparent,
      },
    };
  }
}

/** A key of type agent always acts as its agent; users and services may name any of their tenant. */
function agentOf({ agent }: Caller, request: AcceptBody['request']): string | null {
  if (agent !== null && request.agent !== undefined && request.agent !== agent) {
    throw new ToolplaneError('FORBIDDEN', { message: 'this key acts as another agent', details: [{ pointer: '/agent', detail: `leave it out or send ${agent}` }] });
  }
  return agent ?? request.agent ?? null;
}

function actorOf({ mayActFor }: Caller, { actor }: AcceptBody['request']): Acceptance['context']['actor'] {
  if (actor !== undefined && !mayActFor) {
    throw new ToolplaneError('FORBIDDEN', { message: 'this key may not act for others', details: [{ pointer: '/actor', detail: 'leave it out, or use a key with mayActFor' }] });
  }
  return actor ?? null;
}
