import type { Socket } from 'node:net';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { ToolplaneError } from '@toolplane/contracts/errors';
import { continueTrace, METRICS, type Logger, type Metrics } from '@toolplane/observability';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { EdgeRequest } from './edge-request.js';
import { MAX_INTERNAL_BODY_BYTES, readJsonBody, withinLimit } from './json-body.js';
import type { KnownMethods } from './known-methods.js';
import { PROBLEM_TYPE, problemOf } from './problem.js';
import type { ProblemFilter } from './problem.filter.js';

/** What one sender may keep of us. */
export interface EdgeLimits {
  /** The whole request, body included, in milliseconds. */
  readonly requestTimeoutMs: number;
  /** From the connection, or the last answer on it, to the end of the headers, in milliseconds. */
  readonly headersTimeoutMs: number;
  /** Open connections; one more is closed at once. */
  readonly maxConnections: number;
}
export const EDGE_LIMITS: EdgeLimits = Object.freeze({ requestTimeoutMs: 30_000, headersTimeoutMs: 10_000, maxConnections: 2_000 });
/** Node looks for slow senders only so often; its own half minute would more than double the limits. */
const CHECK_EVERY_MS = 1_000;
/** Longer than the callers' own, so that the side which closes an idle connection is the caller. */
const KEEP_ALIVE_MS = 72_000;
const MAX_HEADER_BYTES = 16_384;
/** Refusals that somebody may want to count or look up; other answers go to `debug`. */
const REFUSED = new Set([401, 403, 413, 415, 422, 429]);

/** An adapter with our limits. Errors that Fastify meets before routing are answered by the filter, once it is there. */
export function createAdapter(filter: () => ProblemFilter | undefined, { requestTimeoutMs, headersTimeoutMs }: EdgeLimits): FastifyAdapter {
  return new FastifyAdapter({
    skipMiddie: true,
    bodyLimit: MAX_INTERNAL_BODY_BYTES,
    routerOptions: { maxParamLength: 300, ignoreTrailingSlash: false, caseSensitive: true },
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    http: {
      headersTimeout: headersTimeoutMs,
      maxHeaderSize: MAX_HEADER_BYTES,
      connectionsCheckingInterval: Math.min(CHECK_EVERY_MS, headersTimeoutMs, requestTimeoutMs),
    },
    return503OnClosing: false,
    logger: false,
    clientErrorHandler: answerUnreadable,
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      const edge = request as EdgeRequest;
      edge.traceparent = continueTrace(undefined);
      const known = filter();
      if (known) void known.answer(new ToolplaneError('REQUEST_MALFORMED', { message: 'the URL cannot be read', cause: error }), edge, reply);
      else void reply.code(503).send();
    },
  });
}

/** What is not HTTP never becomes a request: the answer is written by hand, and the connection ends. */
function answerUnreadable(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const message = error.code === 'HPE_HEADER_OVERFLOW' ? 'the headers are too large' : 'the request is not HTTP or came too slowly';
  const { problem } = problemOf(new ToolplaneError('REQUEST_MALFORMED', { message }), null);
  const body = JSON.stringify(problem);
  const head = ['HTTP/1.1 400 Bad Request', `content-type: ${PROBLEM_TYPE}`, `content-length: ${Buffer.byteLength(body)}`, 'connection: close'];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

/** Fastify’s `config` of a route. */
export interface RouteConfig {
  /** The body is only passed on: it stays bytes, and whoever gets it reads it. */
  readonly raw?: boolean;
}

export interface EdgeOptions {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly isClosing: () => boolean;
  readonly maxConnections: number;
  /** Filled with every route, whoever registers it. */
  readonly known: KnownMethods;
}

/** Body parsing, trace context, request metrics and the refusal of new requests while the service stops. */
export function prepareEdge(app: NestFastifyApplication, { logger, metrics, isClosing, maxConnections, known }: EdgeOptions): void {
  const fastify = app.getHttpAdapter().getInstance();
  fastify.server.maxConnections = maxConnections;
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(['application/json'], { parseAs: 'buffer' }, (request: FastifyRequest, body: Buffer, done) => {
    try {
      const { raw = false } = request.routeOptions.config as RouteConfig;
      done(null, raw ? withinLimit(body) : readJsonBody(body, { internal: request.url.startsWith('/internal/') }));
    } catch (error) {
      done(error as Error);
    }
  });
  fastify.addHook('onRoute', ({ method, url }) => known.add([method].flat(), url));
  fastify.decorateRequest('traceparent', '');
  const seconds = metrics.histogram(METRICS.httpSeconds);
  fastify.addHook('onRequest', (request, _reply, done) => {
    const given = request.headers['traceparent'];
    (request as EdgeRequest).traceparent = continueTrace(typeof given === 'string' ? given : undefined);
    done(isClosing() ? new ToolplaneError('NOT_READY', { message: 'the service is stopping' }) : undefined);
  });
  // A connection that is kept alive would keep the server from closing.
  fastify.addHook('onSend', (_request, reply, _payload, done) => {
    if (isClosing()) reply.header('connection', 'close');
    done();
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    const { method } = request;
    const route = request.routeOptions.url ?? 'unknown';
    seconds.observe({ method, route, status: reply.statusCode }, reply.elapsedTime / 1000);
    const line = { method, route, status: reply.statusCode, ms: Math.round(reply.elapsedTime) };
    if (REFUSED.has(reply.statusCode)) logger.info(line, 'a request was refused');
    else logger.debug(line, 'a request was answered');
    done();
  });
}
