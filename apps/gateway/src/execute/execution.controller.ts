import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import { ExecutionRecord, HTTP_HEADERS } from '@toolplane/contracts/http';
import { Caller, Permission, ServiceClient, type EdgeRequest } from '@toolplane/service-kit';
import type { FastifyReply } from 'fastify';
import { relay } from '../forwarding/relay.js';
import { ExecutionReader, pathOf } from './execution-reader.js';
import { waitSeconds } from './prefer.js';
import { Waiters } from './waiters.js';

/** A record, now or when it has changed for good. */
@Controller(['api/tools/executions', 'api/v2/tools/executions'])
export class ExecutionController {
  constructor(
    private readonly services: ServiceClient,
    private readonly waiters: Waiters,
    private readonly reader: ExecutionReader,
  ) {}

  @Get(':id')
  @Permission('executions:read', {
    summary: 'Read an execution',
    description: '`Prefer: wait=N` is a long poll: it answers when the execution has ended or waits for an approval, at the latest after N seconds.',
    answers: { 200: ExecutionRecord },
  })
  async one(@Param('id') given: string, @Caller() { token, tenantId }: Caller, @Req() request: EdgeRequest, @Res() reply: FastifyReply): Promise<FastifyReply> {
    const id = given.toLowerCase();
    const wait = waitSeconds(request.headers[HTTP_HEADERS.prefer]);
    const waiter = this.waiters.register(tenantId, id);
    reply.raw.once('close', () => waiter.stop());
    try {
      const answer = await this.services.callRaw({ service: 'execution', method: 'GET', path: pathOf(id), token, headers: { traceparent: request.traceparent } });
      if (wait === null || answer.status !== 200) return await relay(answer, reply);
      const record = await this.reader.untilEnded(JSON.parse(answer.body.toString()) as ExecutionRecord, { token, waiter, waitMs: wait * 1_000 });
      return await reply.header(HTTP_HEADERS.preferenceApplied, `wait=${wait}`).send(record);
    } finally {
      waiter.close();
    }
  }
}
