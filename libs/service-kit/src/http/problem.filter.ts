import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { DependencyDown, ToolplaneError } from '@toolplane/contracts/errors';
import { traceIdOf, type Logger } from '@toolplane/observability';
import type { FastifyReply } from 'fastify';
import type { EdgeRequest } from './edge-request.js';
import { PROBLEM_TYPE, problemOf } from './problem.js';

/** Answers every error of every route, of Nest and of Fastify itself, as a problem document. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly logger: Logger,
    /** Methods that a path takes; empty where there is no such path. */
    private readonly methodsOf: (url: string) => readonly string[] = () => [],
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    void this.answer(thrown, http.getRequest<EdgeRequest>(), http.getResponse<FastifyReply>());
  }

  /** The same outside of Nest: for errors that Fastify meets before any route. */
  answer(thrown: unknown, request: EdgeRequest, reply: FastifyReply): FastifyReply {
    const route = request.routeOptions?.url;
    const { problem, retryAfter, unexpected } = problemOf(thrown, traceIdOf(request.traceparent));
    if (unexpected) this.logger.error({ err: thrown, route, method: request.method, traceId: problem.traceId }, 'a request failed unexpectedly');
    else if (thrown instanceof DependencyDown) {
      this.logger.warn({ dependency: thrown.dependency, cause: causeOf(thrown), route, traceId: problem.traceId }, 'a request met a dependency that is down');
    }
    if (reply.sent) return reply;
    const allowed = problem.status === 404 && route === undefined ? this.methodsOf(request.url) : [];
    if (allowed.length > 0 && !allowed.includes(request.method)) {
      const other = problemOf(METHOD_NOT_ALLOWED, problem.traceId);
      return reply.code(405).header('allow', allowed.join(', ')).type(PROBLEM_TYPE).send(JSON.stringify(other.problem));
    }
    if (retryAfter !== null) reply.header('retry-after', String(retryAfter));
    if (problem.status === 429) reply.header('ratelimit', `"default";r=0;t=${retryAfter ?? 0}`);
    if (problem.status === 401) reply.header('www-authenticate', 'Bearer');
    return reply.code(problem.status).type(PROBLEM_TYPE).send(JSON.stringify(problem));
  }
}

const METHOD_NOT_ALLOWED = new ToolplaneError('METHOD_NOT_ALLOWED');

const causeOf = ({ cause }: Error): string | undefined => (cause instanceof Error ? cause.message : undefined);
