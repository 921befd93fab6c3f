import type { OnModuleInit } from '@nestjs/common';
import type { HttpAdapterHost } from '@nestjs/core';
import { ToolplaneError } from '@toolplane/contracts/errors';
import type { CallerSource, EdgeRequest, RouteConfig, ServiceClient } from '@toolplane/service-kit';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { aliasOf, withoutAlias, type ForwardedRoute } from './forwarded-routes.js';
import { copyHead } from './relay.js';

/** What a service may want to know of the request. The credential is not among it. */
const PASSED_ON = ['accept', 'content-type', 'if-match', 'if-none-match', 'idempotency-key', 'prefer', 'last-event-id'] as const;
/** Lists and exports may look at a lot. */
const TIMEOUT_MS = 35_000;
const RAW: RouteConfig = { raw: true };

/** Registers the services' routes and passes their requests on, byte by byte, with the caller's internal token. Services check permissions. */
export class Forwarder implements OnModuleInit {
  constructor(
    private readonly routes: readonly ForwardedRoute[],
    private readonly adapter: HttpAdapterHost,
    private readonly callers: CallerSource,
    private readonly services: ServiceClient,
  ) {}

  onModuleInit(): void {
    const fastify = this.adapter.httpAdapter.getInstance<FastifyInstance>();
    for (const route of this.routes) {
      for (const path of [route.path, aliasOf(route.path)]) {
        if (path === null) continue;
        fastify.route({
          method: route.method,
          url: path.replaceAll(/\{([^}]+)\}/g, ':$1'),
          config: RAW,
          handler: (request, reply) => this.forward(route, request as EdgeRequest, reply),
        });
      }
    }
  }

  private async forward({ service, method, permission }: ForwardedRoute, request: EdgeRequest, reply: FastifyReply): Promise<FastifyReply> {
    if (!request.url.startsWith('/')) throw new ToolplaneError('REQUEST_MALFORMED', { message: 'the URL cannot be read' });
    const caller = permission === null ? undefined : await this.callers.callerOf(request);
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    const answer = await this.services.stream({
      service,
      method,
      path: withoutAlias(request.url),
      headers: headersOf(request),
      timeoutMs: TIMEOUT_MS,
      signal: gone.signal,
      ...(caller && { token: caller.token }),
      ...(Buffer.isBuffer(request.body) && { body: request.body }),
    });
    return copyHead(answer, reply).send(answer.body);
  }
}

const headersOf = ({ headers, traceparent }: EdgeRequest): Record<string, string> => {
  const passed: Record<string, string> = { traceparent };
  for (const name of PASSED_ON) {
    const value = headers[name];
    if (typeof value === 'string') passed[name] = value;
  }
  return passed;
};
