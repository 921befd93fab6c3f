import { Injectable } from '@nestjs/common';
import { MAX_PAYLOAD_BYTES } from '@toolplane/contracts/envelope';
import { ToolplaneError } from '@toolplane/contracts/errors';
import { HTTP_HEADERS, IDEMPOTENCY_KEY, type AcceptAnswer, type AcceptBody, type ExecuteBody, type ExecutionRecord } from '@toolplane/contracts/http';
import { newId } from '@toolplane/contracts/ids';
import { agentActing, ServiceClient, type Caller, type EdgeRequest } from '@toolplane/service-kit';
import type { FastifyReply } from 'fastify';
import { relay } from '../forwarding/relay.js';
import { ExecutionReader, isFinal, pathOf } from './execution-reader.js';
import { InputCheck } from './input-check.js';
import { waitSeconds } from './prefer.js';
import { Waiters, type Waiter } from './waiters.js';

/** A request to run a tool, by whichever route it came. */
export interface RunRequest {
  /** Name or id. */
  readonly tool: string;
  readonly body: ExecuteBody;
  /** Of the public request: part of what an idempotency key stands for. */
  readonly path: string;
  readonly caller: Caller;
  readonly request: EdgeRequest;
}

/** Has a request checked, then accepted, and answers with its record, at once or when it has ended. */
@Injectable()
export class RequestRunner {
  constructor(
    private readonly services: ServiceClient,
    private readonly input: InputCheck,
    private readonly waiters: Waiters,
    private readonly reader: ExecutionReader,
  ) {}

  async run({ tool, body, path, caller, request }: RunRequest, reply: FastifyReply): Promise<FastifyReply> {
    const headers = passedOn(request);
    const agent = agentActing(caller, body);
    if (Buffer.byteLength(JSON.stringify(body.payload)) > MAX_PAYLOAD_BYTES) throw new ToolplaneError('REQUEST_TOO_LARGE');
    const { payload, version } = body;
    const asked = { tool, payload, ...(version !== undefined && { version }), agent };
    const checked = await this.input.check(asked, headers, caller.token);
    if ('refused' in checked) return relay(checked.refused, reply);

    const wait = waitSeconds(request.headers[HTTP_HEADERS.prefer]);
    const executionId = body.executionId?.toLowerCase() ?? newId();
    // Before the execution can exist: its end may be told before it is accepted here.
    const waiter = this.waiters.register(caller.tenantId, executionId);
    reply.raw.once('close', () => waiter.stop());
    try {
      const accept: AcceptBody = { executionId, check: checked.check, request: body, path, ...(wait !== null && { wait }) };
      const answer = await this.services.callRaw({ service: 'execution', method: 'POST', path: '/internal/executions', token: caller.token, headers, body: accept });
      if (answer.status !== 202) return await relay(answer, reply);
      if (answer.headers[HTTP_HEADERS.idempotentReplayed] !== undefined) reply.header(HTTP_HEADERS.idempotentReplayed, 'true');
      const { record } = JSON.parse(answer.body.toString()) as AcceptAnswer;
      return await this.answer(record, { wait, waiter, caller, executionId }, reply);
    } finally {
      waiter.close();
    }
  }

  private async answer(
    accepted: ExecutionRecord,
    { wait, waiter, caller, executionId }: { wait: number | null; waiter: Waiter; caller: Caller; executionId: string },
    reply: FastifyReply,
  ): Promise<FastifyReply> {
    if (wait !== null) reply.header(HTTP_HEADERS.preferenceApplied, `wait=${wait}`);
    const record = await this.ended(accepted, wait ?? 0, accepted.id === executionId ? waiter : null, caller, reply);
    return reply.code(isFinal(record) ? 200 : 202).header('location', pathOf(record.id)).send(record);
  }

  /** A replayed key names an earlier execution, which nobody waits for yet. */
  private async ended(accepted: ExecutionRecord, wait: number, own: Waiter | null, { token, tenantId }: Caller, reply: FastifyReply): Promise<ExecutionRecord> {
    if (wait === 0) return accepted;
    if (own) return this.reader.untilEnded(accepted, { token, waiter: own, waitMs: wait * 1_000 });
    const waiter = this.waiters.register(tenantId, accepted.id);
    reply.raw.once('close', () => waiter.stop());
    try {
      return await this.reader.untilEnded(accepted, { token, waiter, waitMs: wait * 1_000 });
    } finally {
      waiter.close();
    }
  }
}

/** @throws ToolplaneError REQUEST_MALFORMED for a key that is none. */
const passedOn = ({ headers, traceparent }: EdgeRequest): Record<string, string> => {
  const key = headers[HTTP_HEADERS.idempotencyKey];
  if (key === undefined) return { traceparent };
  if (typeof key !== 'string' || !IDEMPOTENCY_KEY.test(key)) {
    throw new ToolplaneError('REQUEST_MALFORMED', { message: 'Idempotency-Key takes 1 to 255 visible characters' });
  }
  return { traceparent, [HTTP_HEADERS.idempotencyKey]: key };
};
