import { wireError, type ExecutionError } from '@toolplane/contracts/errors';

/** How an execution stands. */
export type State =
  | { readonly status: 'absent' | 'requested' | 'awaiting_approval' }
  /** `calls` counts the attempts that may have begun: retries count these, not the ones that certainly never started. */
  | { readonly status: 'succeeded' | 'failed'; readonly attempt: number; readonly calls: number }
  /** `voided`: its approval was taken back while it ran; it is not called again. */
  | { readonly status: 'running'; readonly attempt: number; readonly calls: number; readonly voided?: true };

/** What a worker said of an attempt. */
export type Result =
  | { readonly status: 'running' | 'succeeded' | 'not_started'; readonly retryAfterMs?: number }
  | { readonly status: 'failed'; readonly error: ExecutionError };

/** What moves an execution. */
export type Trigger =
  | { readonly type: 'decided'; readonly outcome: 'allowed' | 'approval_required' }
  | { readonly type: 'decided'; readonly outcome: 'rejected'; readonly error: ExecutionError }
  | { readonly type: 'reported'; readonly attempt: number; readonly result: Result }
  | { readonly type: 'lease_expired'; readonly attempt: number }
  /** An attempt that waited was not handed on, since something stops it by now. */
  | { readonly type: 'gate_refused'; readonly attempt: number; readonly error: ExecutionError }
  | { readonly type: 'accepted' | 'cancel_requested' | 'deadline_passed' };

/** What follows from a transition, for the edge to carry out. */
export type Effect =
  | { readonly type: 'dispatch'; readonly attempt: number; readonly delayMs: number }
  | { readonly type: 'complete' }
  | { readonly type: 'fail'; readonly error: ExecutionError }
  | { readonly type: 'progress'; readonly kind: 'running' | 'retry_scheduled' | 'late_report' | 'cancelled' };

export interface Transition {
  readonly state: State;
  readonly effects: readonly Effect[];
}

/** What the pinned tool version says about trying again. */
export interface RetryTerms {
  readonly idempotent: boolean;
  readonly maxAttempts: number;
  /** Upper bound of the wait before the second attempt, in milliseconds; it doubles with each further one. */
  readonly backoffMs: number;
}

const MAX_BACKOFF_MS = 60_000;
/** What a worker that never began waits for at least: the place where it was full needs time, not speed. */
const NOT_STARTED_BACKOFF_MS = 250;
/** Failures that another attempt may not meet. Others of the catalogue say so themselves by `retryable`. */
const TRANSIENT = new Set(['UPSTREAM_UNAVAILABLE', 'PROVIDER_TIMEOUT', 'PROVIDER_OVERLOADED', 'SECRET_UNAVAILABLE', 'OUTCOME_UNKNOWN']);
/** What somebody has stopped is not tried again, though it may be asked for again. */
const STOPPED = new Set(['KILL_SWITCH', 'TOOL_DISABLED', 'TENANT_INACTIVE', 'APPROVAL_VOID']);

const stays = (state: State, ...effects: readonly Effect[]): Transition => ({ state, effects });
const fails = (state: State, error: ExecutionError, ...before: readonly Effect[]): Transition => ({
  state: { status: 'failed', attempt: attemptOf(state), calls: callsOf(state) },
  effects: [...before, { type: 'fail', error }],
});

/** A call that was handed to a worker may happen all the same: nobody calls it back. */
const cancelled = (state: State): ExecutionError =>
  wireError('CANCELLED', state.status === 'running' ? { effect: 'possible', retryable: false } : {});

export const attemptOf = (state: State): number => ('attempt' in state ? state.attempt : 0);
export const callsOf = (state: State): number => ('calls' in state ? state.calls : 0);

/**
 * The life of an execution, whole. A trigger that does not fit the state changes nothing; one that is delivered again
 * changes nothing and gives the same effect again.
 */
export function transition(state: State, trigger: Trigger, terms: RetryTerms, random: () => number): Transition {
  switch (trigger.type) {
    case 'accepted':
      return state.status === 'absent' ? stays({ status: 'requested' }) : stays(state);
    case 'decided':
      return decided(state, trigger);
    case 'reported':
      return reported(state, trigger, terms, random);
    case 'lease_expired':
      return leaseExpired(state, trigger.attempt, terms, random);
    case 'gate_refused':
      return state.status === 'running' && state.attempt === trigger.attempt ? fails(state, afterCalls(trigger.error, state.calls - 1, terms)) : stays(state);
    case 'cancel_requested':
      return isFinal(state) || state.status === 'absent'
        ? stays(state)
        : fails(state, cancelled(state), { type: 'progress', kind: 'cancelled' });
    case 'deadline_passed':
      // A running attempt ends by its own deadline or by its lease: only what waits is ended here.
      return state.status === 'requested' || state.status === 'awaiting_approval' ? fails(state, wireError('EXPIRED')) : stays(state);
  }
}

/** The state in which a trigger ordinarily finds an execution: the batch statements assume it and look only at what misses. */
export function usualState(trigger: Trigger): State {
  switch (trigger.type) {
    case 'accepted':
    case 'decided':
      return { status: 'absent' };
    case 'reported':
    case 'lease_expired':
    case 'gate_refused':
      return { status: 'running', attempt: trigger.attempt, calls: trigger.attempt };
    case 'cancel_requested':
    case 'deadline_passed':
      return { status: 'awaiting_approval' };
  }
}

function decided(state: State, trigger: Extract<Trigger, { type: 'decided' }>): Transition {
  const undecided = state.status === 'absent' || state.status === 'requested';
  switch (trigger.outcome) {
    case 'allowed':
      if (undecided || state.status === 'awaiting_approval') {
        return stays({ status: 'running', attempt: 1, calls: 1 }, { type: 'dispatch', attempt: 1, delayMs: 0 });
      }
      return state.status === 'running' && state.attempt === 1 && !state.voided ? stays(state, { type: 'dispatch', attempt: 1, delayMs: 0 }) : stays(state);
    case 'approval_required':
      return undecided ? stays({ status: 'awaiting_approval' }) : stays(state);
    case 'rejected':
      if (undecided || state.status === 'awaiting_approval') return fails(state, trigger.error);
      if (state.status === 'running' && trigger.error.code === 'APPROVAL_VOID' && !state.voided) return stays({ ...state, voided: true });
      return state.status === 'failed' && state.attempt === 0 ? stays(state, { type: 'fail', error: trigger.error }) : stays(state);
  }
}

function reported(state: State, trigger: Extract<Trigger, { type: 'reported' }>, terms: RetryTerms, random: () => number): Transition {
  const { result } = trigger;
  if (!('attempt' in state) || trigger.attempt !== state.attempt) return late(state, result);
  if (state.status !== 'running') {
    if (state.status !== result.status) return late(state, result);
    return stays(state, result.status === 'failed' ? { type: 'fail', error: result.error } : { type: 'complete' });
  }
  switch (result.status) {
    case 'running':
      return stays(state, { type: 'progress', kind: 'running' });
    case 'succeeded':
      return stays({ status: 'succeeded', attempt: state.attempt, calls: state.calls }, { type: 'complete' });
    case 'not_started': {
      // It took the attempt's number, because workers remember numbers, but not one of the tool's tries.
      const delayMs = Math.max(NOT_STARTED_BACKOFF_MS, backoff(terms, state.attempt, random), result.retryAfterMs ?? 0);
      return again({ ...state, calls: state.calls - 1 }, delayMs, terms);
    }
    case 'failed':
      if (!mayTryAgain(state.calls, result.error, terms)) return fails(state, afterCalls(result.error, state.calls - 1, terms));
      // Not all at the same moment, where many were told to wait as long: an open breaker tells all of them.
      return again(state, backoff(terms, state.calls, random) + (result.error.retryAfterMs ?? 0), terms);
  }
}

/** A `running` report that was overtaken tells nothing; any other is worth a line in the audit. */
const late = (state: State, result: Result): Transition =>
  result.status === 'running' ? stays(state) : stays(state, { type: 'progress', kind: 'late_report' });

function leaseExpired(state: State, attempt: number, terms: RetryTerms, random: () => number): Transition {
  if (state.status !== 'running' || state.attempt !== attempt) return stays(state);
  const error = wireError('OUTCOME_UNKNOWN');
  return mayTryAgain(state.calls, error, terms) ? again(state, backoff(terms, state.calls, random), terms) : fails(state, error);
}

type Running = Extract<State, { status: 'running' }>;

function again(state: Running, delayMs: number, terms: RetryTerms): Transition {
  if (state.voided) return fails(state, afterCalls(wireError('APPROVAL_VOID'), state.calls, terms));
  const attempt = state.attempt + 1;
  return stays(
    { status: 'running', attempt, calls: state.calls + 1 },
    { type: 'progress', kind: 'retry_scheduled' },
    { type: 'dispatch', attempt, delayMs: Math.round(delayMs) },
  );
}

/** What ends a tool that is called until it succeeds ends it after calls that may have had an effect. */
const afterCalls = (error: ExecutionError, calls: number, { idempotent }: RetryTerms): ExecutionError =>
  calls > 0 && idempotent ? { ...error, effect: 'possible', retryable: false } : error;

/** A tool that is not idempotent is called again only after a failure that certainly had no effect. */
const mayTryAgain = (calls: number, error: ExecutionError, terms: RetryTerms): boolean =>
  calls < terms.maxAttempts && !STOPPED.has(error.code) && (error.retryable || TRANSIENT.has(error.code)) && (terms.idempotent || error.effect === 'none');

/** Full jitter: anything between nothing and a bound that doubles. */
const backoff = (terms: RetryTerms, calls: number, random: () => number): number =>
  random() * Math.min(MAX_BACKOFF_MS, terms.backoffMs * 2 ** Math.max(0, calls - 1));

export const isFinal = (state: State): boolean => state.status === 'succeeded' || state.status === 'failed';
