import { HttpException } from '@nestjs/common';
import { DependencyDown, ERRORS, ToolplaneError, type ErrorCode, type FieldError } from '@toolplane/contracts/errors';
import type { Problem } from '@toolplane/contracts/http';

export interface ProblemAnswer {
  readonly problem: Problem;
  /** Seconds for `Retry-After`; null where there is nothing to wait for. */
  readonly retryAfter: number | null;
  /** A bug, or something an operator must see: log it, once, with what was thrown. */
  readonly unexpected: boolean;
}

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';
const RETRY_AFTER_SECONDS = 2;

const CODES: Readonly<Record<number, ErrorCode>> = {
  400: 'REQUEST_MALFORMED',
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  405: 'METHOD_NOT_ALLOWED',
  409: 'CONFLICT',
  412: 'PRECONDITION_FAILED',
  413: 'REQUEST_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  429: 'RATE_LIMITED',
  503: 'NOT_READY',
};

interface Given {
  readonly detail?: string;
  readonly errors?: readonly FieldError[];
  readonly retryable?: boolean;
  readonly retryAfterMs?: number;
  readonly status?: number;
  readonly unexpected?: boolean;
}

const answer = (code: ErrorCode, traceId: string | null, given: Given = {}): ProblemAnswer => {
  const { title, remedy, ...definition } = ERRORS[code];
  const status = given.status ?? definition.status;
  const waits = status === 503 || status === 429;
  return {
    problem: {
      type: `urn:toolplane:error:${code}`,
      title,
      status,
      detail: given.detail ?? title,
      code,
      retryable: given.retryable ?? definition.retryable,
      remedy,
      traceId,
      errors: [...(given.errors ?? [])],
    },
    retryAfter: given.retryAfterMs === undefined ? (waits ? RETRY_AFTER_SECONDS : null) : Math.ceil(given.retryAfterMs / 1000),
    unexpected: given.unexpected ?? false,
  };
};

/** Turns whatever was thrown into the one form errors have over HTTP. What nobody expected says nothing of itself. */
export function problemOf(thrown: unknown, traceId: string | null): ProblemAnswer {
  if (thrown instanceof ToolplaneError) {
    const { details, retryable, retryAfterMs } = thrown.options;
    return answer(thrown.code, traceId, {
      detail: thrown.message,
      unexpected: thrown.definition.status === 500,
      ...(details && { errors: details }),
      ...(retryable !== undefined && { retryable }),
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    });
  }
  if (thrown instanceof DependencyDown) return answer('DEPENDENCY_DOWN', traceId, { detail: thrown.message });
  const status = statusOf(thrown);
  if (status === null || (status >= 500 && status !== 503)) return answer('INTERNAL', traceId, { unexpected: true });
  const code = CODES[status] ?? 'REQUEST_MALFORMED';
  return answer(code, traceId, { detail: messageOf(thrown, code), status });
}

/** Of Nest's HTTP exceptions and of Fastify's own errors: the latter are recognised by their code. */
const statusOf = (thrown: unknown): number | null => {
  if (thrown instanceof HttpException) return thrown.getStatus();
  if (!(thrown instanceof Error) || !('statusCode' in thrown) || !('code' in thrown)) return null;
  const { statusCode, code } = thrown;
  return typeof statusCode === 'number' && typeof code === 'string' && code.startsWith('FST_') ? statusCode : null;
};

/** A path is not echoed: it may hold what should not be in a log. */
const messageOf = (thrown: unknown, code: ErrorCode): string =>
  code === 'NOT_FOUND' || !(thrown instanceof Error) ? ERRORS[code].title : thrown.message;
