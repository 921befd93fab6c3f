import { wireError } from '@toolplane/contracts/errors';
import type { Effect, State, Trigger } from './state-machine.js';

const absent: State = { status: 'absent' };
const requested: State = { status: 'requested' };
const awaiting: State = { status: 'awaiting_approval' };
const running = (attempt: number, calls = attempt): State => ({ status: 'running', attempt, calls });
const succeeded = (attempt: number, calls = attempt): State => ({ status: 'succeeded', attempt, calls });
const failed = (attempt: number, calls = attempt): State => ({ status: 'failed', attempt, calls });

const allowed: Trigger = { type: 'decided', outcome: 'allowed' };
const rejected: Trigger = { type: 'decided', outcome: 'rejected', error: wireError('TOOL_DISABLED') };
const approvalRequired: Trigger = { type: 'decided', outcome: 'approval_required' };
const report = (attempt: number, status: 'running' | 'succeeded' | 'not_started'): Trigger => ({ type: 'reported', attempt, result: { status } });
const failure = (attempt: number, code: Parameters<typeof wireError>[0], options = {}): Trigger => ({
  type: 'reported',
  attempt,
  result: { status: 'failed', error: wireError(code, options) },
});
const voided = (attempt: number, calls = attempt): State => ({ status: 'running', attempt, calls, voided: true });
const denied: Trigger = { type: 'decided', outcome: 'rejected', error: wireError('APPROVAL_DENIED') };
const madeVoid: Trigger = { type: 'decided', outcome: 'rejected', error: wireError('APPROVAL_VOID') };
const refused = (attempt: number): Trigger => ({ type: 'gate_refused', attempt, error: wireError('KILL_SWITCH') });
const leaseExpired = (attempt: number): Trigger => ({ type: 'lease_expired', attempt });
const cancel: Trigger = { type: 'cancel_requested' };
const deadline: Trigger = { type: 'deadline_passed' };

export const plain = { idempotent: false, maxAttempts: 3, backoffMs: 500 };
export const idempotent = { ...plain, idempotent: true };

type Told = Effect['type'] | Extract<Effect, { type: 'progress' }>['kind'];
/** title, state, trigger, next state, effects, terms if not those of a plain tool */
export const CASES: readonly (readonly [string, State, Trigger, State, readonly Told[], (typeof plain)?])[] = [
  ['an accepted request waits for its decision', absent, { type: 'accepted' }, requested, []],
  ['accepting again changes nothing', running(1), { type: 'accepted' }, running(1), []],

  ['an allowed request is dispatched', absent, allowed, running(1), ['dispatch']],
  ['so is one that was accepted over HTTP', requested, allowed, running(1), ['dispatch']],
  ['so is one that was approved', awaiting, allowed, running(1), ['dispatch']],
  ['a repeated decision dispatches the same attempt', running(1), allowed, running(1), ['dispatch']],
  ['a decision that comes when a retry runs does nothing', running(2), allowed, running(2), []],
  ['a decision on what has ended does nothing', succeeded(1), allowed, succeeded(1), []],
  ['a rejected request fails without an attempt', absent, rejected, failed(0), ['fail']],
  ['a repeated rejection says the same again', failed(0), rejected, failed(0), ['fail']],
  ['a denied approval ends the wait', awaiting, rejected, failed(0), ['fail']],
  ['a rejection does not stop what runs', running(1), rejected, running(1), []],
  ['a rejection does not end what ended in a call', failed(1), rejected, failed(1), []],
  ['a request that needs an approval waits', requested, approvalRequired, awaiting, []],
  ['needing an approval again changes nothing', awaiting, approvalRequired, awaiting, []],
  ['what runs needs no approval any more', running(1), approvalRequired, running(1), []],

  ['an approval that is denied when its execution has ended changes nothing', succeeded(1), denied, succeeded(1), []],
  ['an approval that is void before it was given ends the wait', awaiting, madeVoid, failed(0), ['fail']],
  ['so does one whose turn overtakes the first decision', absent, madeVoid, failed(0), ['fail']],
  ['the first decision comes too late then', failed(0), approvalRequired, failed(0), []],
  ['an approval that is given before the first decision comes lets it run', requested, allowed, running(1), ['dispatch']],
  ['an approval that is void while it runs is kept in mind', running(1), madeVoid, voided(1), []],
  ['and changes nothing when it is said again', voided(1), madeVoid, voided(1), []],
  ['nor is it handed on once more', voided(1), allowed, voided(1), []],
  ['the call that runs may end well', voided(1), report(1, 'succeeded'), succeeded(1), ['complete']],
  ['or badly', voided(1), failure(1, 'UPSTREAM_REJECTED'), failed(1), ['fail']],
  ['but is not made again', voided(1), failure(1, 'UPSTREAM_UNAVAILABLE'), failed(1), ['fail'], idempotent],
  ['not even where it never began', voided(1), report(1, 'not_started'), failed(1, 0), ['fail']],
  ['or where its worker was lost', voided(1), leaseExpired(1), failed(1), ['fail'], idempotent],

  ['an attempt that a gate refuses ends the execution', running(2), refused(2), failed(2), ['fail']],
  ['and not a later one', running(3), refused(2), running(3), []],
  ['what has ended is not refused', succeeded(2), refused(2), succeeded(2), []],
  ['what an operator stopped at the worker is not tried again', running(1), failure(1, 'KILL_SWITCH'), failed(1), ['fail'], idempotent],

  ['a report of success completes', running(1), report(1, 'succeeded'), succeeded(1), ['complete']],
  ['a repeated report completes again, with the same event', succeeded(1), report(1, 'succeeded'), succeeded(1), ['complete']],
  ['a repeated failure fails again, with the same event', failed(1), failure(1, 'UPSTREAM_REJECTED'), failed(1), ['fail']],
  ['a long call says that it runs', running(1), report(1, 'running'), running(1), ['running']],
  ['that it ran is not told after the end', succeeded(1), report(1, 'running'), succeeded(1), []],
  ['a report of an earlier attempt is filed, never applied', running(2), report(1, 'succeeded'), running(2), ['late_report']],
  ['a report of a later attempt than the present is filed', running(1), report(2, 'succeeded'), running(1), ['late_report']],
  ['a report after the end is filed', failed(1), report(1, 'succeeded'), failed(1), ['late_report']],
  ['a failure after success is filed', succeeded(1), failure(1, 'UPSTREAM_REJECTED'), succeeded(1), ['late_report']],
  ['a report of nothing known is filed', absent, report(1, 'succeeded'), absent, ['late_report']],
  ['a report before the decision is filed', requested, report(1, 'succeeded'), requested, ['late_report']],

  ['what never began is dispatched anew, for every tool', running(1), report(1, 'not_started'), running(2, 1), ['retry_scheduled', 'dispatch']],
  ['and does not count as a try', running(7, 1), report(7, 'not_started'), running(8, 1), ['retry_scheduled', 'dispatch']],
  ['a failure with no effect is tried again', running(1), failure(1, 'PROVIDER_CIRCUIT_OPEN'), running(2), ['retry_scheduled', 'dispatch']],
  ['a failure that may have had an effect is not', running(1), failure(1, 'UPSTREAM_UNAVAILABLE'), failed(1), ['fail']],
  ['unless the tool is idempotent', running(1), failure(1, 'UPSTREAM_UNAVAILABLE'), running(2), ['retry_scheduled', 'dispatch'], idempotent],
  ['a refusal is final even then', running(1), failure(1, 'UPSTREAM_REJECTED'), failed(1), ['fail'], idempotent],
  ['a denied destination is final', running(1), failure(1, 'EGRESS_DENIED'), failed(1), ['fail'], idempotent],
  ['tries run out', running(3), failure(3, 'UPSTREAM_UNAVAILABLE'), failed(3), ['fail'], idempotent],
  ['attempts that never began leave the tries', running(5, 2), failure(5, 'UPSTREAM_UNAVAILABLE'), running(6, 3), ['retry_scheduled', 'dispatch'], idempotent],

  ['nobody knows what a lost worker did', running(1), leaseExpired(1), failed(1), ['fail']],
  ['an idempotent tool is called again', running(1), leaseExpired(1), running(2), ['retry_scheduled', 'dispatch'], idempotent],
  ['until its tries are used up', running(3), leaseExpired(3), failed(3), ['fail'], idempotent],
  ['the lease of an earlier attempt is nobody’s', running(2), leaseExpired(1), running(2), []],
  ['a lease of what has ended is nobody’s', succeeded(1), leaseExpired(1), succeeded(1), []],

  ['what waits can be cancelled', requested, cancel, failed(0), ['cancelled', 'fail']],
  ['what waits for an approval too', awaiting, cancel, failed(0), ['cancelled', 'fail']],
  ['what runs too', running(2), cancel, failed(2), ['cancelled', 'fail']],
  ['what has ended cannot', succeeded(1), cancel, succeeded(1), []],
  ['what is not known cannot', absent, cancel, absent, []],

  ['a deadline ends what was never decided', requested, deadline, failed(0), ['fail']],
  ['a deadline ends what waits for an approval', awaiting, deadline, failed(0), ['fail']],
  ['a running call ends by its own deadline', running(1), deadline, running(1), []],
  ['a deadline does not touch what has ended', failed(1), deadline, failed(1), []],
];
