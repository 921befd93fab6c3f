import type { ExecutionError } from '@toolplane/contracts/errors';
import type { Problem } from '@toolplane/contracts/http';
import { deriveExecutionId } from '@toolplane/contracts/ids';

/** What makes a repeat of a call the same call. Either a key of the caller's own, or where in its own process the call stands. */
export type Identity =
  | { readonly idempotencyKey: string }
  | {
      /** Id of the process, case or conversation, in the caller's own terms. */
      readonly run: string;
      /** Id of the step in it. */
      readonly step: string;
      /** Counts from 1: another one is another call. Default 1. */
      readonly iteration?: number;
    };

/** A call of a tool, over HTTP or over the event log. */
export type ToolCall = Identity & {
  /** Name or id. */
  readonly tool: string;
  readonly payload: Readonly<Record<string, unknown>>;
  /** The current version if absent. */
  readonly version?: string;
  /** Agent type on whose behalf the tool is called. */
  readonly agent?: string;
  readonly sessionId?: string;
  readonly exceptionId?: string;
  /** Default: the run. */
  readonly correlationId?: string;
  /** After this moment no call begins; the execution ends as `EXPIRED`. Part of the request: a repeat must carry the same. */
  readonly deadline?: Date;
  /** How long to wait for the end, in milliseconds; default 60,000. What is not over by then is `pending`, and goes on. */
  readonly waitMs?: number;
  /** Ends the waiting, not the execution. */
  readonly signal?: AbortSignal;
};

/** What became of a call. Only `pending` says nothing of its end: ask again, with the same identity. */
export type CallResult<Source> =
  | { readonly status: 'succeeded'; readonly executionId: string; readonly output: unknown; readonly source: Source }
  | { readonly status: 'failed'; readonly executionId: string; readonly error: ExecutionError; readonly source: Source }
  /** It was not accepted, and there is no execution: the request itself is at fault, or not allowed. */
  | { readonly status: 'refused'; readonly problem: Problem }
  | { readonly status: 'pending'; readonly executionId: string; readonly awaitsApproval: boolean };

export const WAIT_MS = 60_000;
const KEY = /^[\x21-\x7e]{1,255}$/;

/** The key of a call: the same call, the same key. Readable where it can be, a derived id where run and step are too long or have odd letters. */
export function idempotencyKeyOf(identity: Identity): string {
  if ('idempotencyKey' in identity) {
    if (!KEY.test(identity.idempotencyKey)) throw new TypeError('an idempotency key is 1 to 255 visible ASCII characters');
    return identity.idempotencyKey;
  }
  const { run, step, iteration = 1 } = identity;
  // Lengths in front: a run “a:b” with step “c” is not the run “a” with step “b:c”.
  const key = `${run.length}:${run}:${step}:${iteration}`;
  return KEY.test(key) ? key : deriveExecutionId('client', `${run.length}:${run}`, `${step}:${iteration}`);
}

/** What is said of a call beside tool and payload; members that are absent stay absent. */
export const contextOf = (call: ToolCall): Record<string, string> => {
  const { version, agent, sessionId, exceptionId, deadline } = call;
  const correlationId = call.correlationId ?? ('run' in call ? call.run : undefined);
  const members = { version, agent, sessionId, exceptionId, correlationId, deadline: deadline?.toISOString() };
  return Object.fromEntries(Object.entries(members).filter((entry): entry is [string, string] => entry[1] !== undefined));
};
