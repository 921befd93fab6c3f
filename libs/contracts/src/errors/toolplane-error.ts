import { ERRORS, type ErrorCode } from './catalogue.js';
import type { ErrorDefinition } from './define-errors.js';

export interface FieldError {
  readonly pointer: string;
  readonly detail: string;
}

/** An error as it stands in records and events (`WireError`). */
export interface ExecutionError {
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
  readonly effect: 'none' | 'possible';
  readonly retryAfterMs: number | null;
  readonly httpStatus: number | null;
  readonly errors: readonly FieldError[];
  readonly remedy: string;
}

export interface ToolplaneErrorOptions {
  /** For people; never a secret or a payload value. The catalogue's title if absent. */
  readonly message?: string;
  /** Faults by field, for `errors[]`. */
  readonly details?: readonly FieldError[];
  /** Overrides of what the catalogue says. */
  readonly retryable?: boolean;
  readonly effect?: 'none' | 'possible';
  readonly retryAfterMs?: number;
  readonly httpStatus?: number;
  readonly cause?: unknown;
}

/** The one throwable for what the catalogue names. Anything else that is thrown is a bug and becomes `INTERNAL`. */
export class ToolplaneError extends Error {
  override readonly name: string = 'ToolplaneError';

  constructor(
    readonly code: ErrorCode,
    readonly options: ToolplaneErrorOptions = {},
  ) {
    super(options.message ?? ERRORS[code].title, options.cause === undefined ? undefined : { cause: options.cause });
  }

  get definition(): ErrorDefinition {
    return ERRORS[this.code];
  }

  /** The form for records and events. */
  toWire(): ExecutionError {
    return wireError(this.code, { ...this.options, message: this.message });
  }
}

/** Builds the wire form of a code without throwing: expected refusals are values. */
export const wireError = (code: ErrorCode, options: ToolplaneErrorOptions = {}): ExecutionError => {
  const { title, retryable, effect, remedy } = ERRORS[code];
  return {
    code,
    message: options.message ?? title,
    retryable: options.retryable ?? retryable,
    effect: options.effect ?? effect,
    retryAfterMs: options.retryAfterMs ?? null,
    httpStatus: options.httpStatus ?? null,
    errors: options.details ?? [],
    remedy,
  };
};

/** A database, a broker or a service is away: whoever consumes pauses and parks nothing; over HTTP it is a 503. */
export class DependencyDown extends Error {
  override readonly name = 'DependencyDown';

  constructor(
    readonly dependency: string,
    cause?: unknown,
  ) {
    super(`${dependency} cannot be reached`, cause === undefined ? undefined : { cause });
  }
}
