import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { DependencyDown } from '@toolplane/contracts/errors';
import { Caller, CallerSource, Permission, ServiceClient, type EdgeRequest } from '@toolplane/service-kit';
import type { FastifyReply } from 'fastify';
import { Followers } from './followers.js';
import type { Piece } from './followed-chain.js';
import { LiveStream } from './live-stream.js';
import { kindsOf, lastEventId, StreamQuery } from './stream-query.js';

/** Small: outputs can be large, and a slow reader holds one piece. */
const PIECE = 50;

/** The tenant's audit entries as they are recorded. */
@Controller('api/events')
export class StreamController {
  constructor(
    private readonly followers: Followers,
    private readonly callers: CallerSource,
    private readonly services: ServiceClient,
  ) {}

  @Get('stream')
  @Permission('audit:read', {
    summary: 'Follow the audit as it is recorded',
    description:
      'Server-sent events: `event` is the kind of an entry, `id` its place in the tenant’s chain, `data` the entry. `Last-Event-ID` resumes ' +
      'behind that place, without a gap; without it the stream begins now. A comment every 15 seconds keeps it alive. It ends within a minute ' +
      'of the revocation of its key.',
    errors: ['RATE_LIMITED', 'NOT_READY'],
  })
  async stream(@Caller() caller: Caller, @Query() query: StreamQuery, @Req() request: EdgeRequest, @Res() reply: FastifyReply): Promise<void> {
    const kinds = kindsOf(query);
    const executionId = query.executionId?.toLowerCase() ?? null;
    const last = lastEventId(request.headers['last-event-id']);
    this.followers.makeRoomFor(caller.tenantId);
    const filter = [...(kinds ?? []).map((kind) => `kind=${kind}`), ...(executionId === null ? [] : [`executionId=${executionId}`])];
    const read = async (parameters: readonly string[], token: string): Promise<Piece> => {
      const path = `/internal/audit/chain?${[...parameters, ...filter].join('&')}`;
      const { status, body } = await this.services.call<Piece>({ service: 'audit', method: 'GET', path, token });
      if (status !== 200) throw new DependencyDown('audit', new Error(`it answered ${status}`));
      return body;
    };
    // Before anything is promised: where the audit cannot be asked the answer is 503, not a stream that never says anything.
    const after = last ?? (await read([], caller.token)).through;

    reply.hijack();
    // Gone while the audit was asked: nobody would tell that again.
    if (reply.raw.destroyed) return;
    const stream: LiveStream = new LiveStream({
      caller,
      response: reply.raw,
      after,
      wants: (entry) => (kinds === null || kinds.includes(entry.kind)) && (executionId === null || entry.executionId === executionId),
      read: (from, token) => read([`after=${from}`, `limit=${PIECE}`], token),
      renew: () => this.callers.callerOf(request),
      ended: () => this.followers.remove(stream),
    });
    this.followers.add(stream);
  }
}
