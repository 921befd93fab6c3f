import fc from 'fast-check';
import { wireError } from '@toolplane/contracts/errors';
import { CASES, idempotent, plain } from './execution.cases.js';
import { attemptOf, isFinal, transition, usualState, type State, type Trigger } from './state-machine.js';

const half = (): number => 0.5;

describe('the state machine of an execution', () => {
  for (const [title, state, trigger, next, effects, terms = plain] of CASES) {
    it(title, () => {
      const made = transition(state, trigger, terms, half);
      expect(made.state).toEqual(next);
      expect(made.effects.map((effect) => (effect.type === 'progress' ? effect.kind : effect.type))).toEqual(effects);
    });
  }

  it('waits as long as the destination asked for, and then its own time', () => {
    const error = wireError('UPSTREAM_UNAVAILABLE', { retryAfterMs: 9_000 });
    const { effects } = transition(usualState({ type: 'reported', attempt: 1, result: { status: 'failed', error } }),
      { type: 'reported', attempt: 1, result: { status: 'failed', error } }, idempotent, half);
    expect(effects.at(-1)).toEqual({ type: 'dispatch', attempt: 2, delayMs: 9_000 + idempotent.backoffMs / 2 });
  });

  it('says of a last attempt that was refused whether an earlier one may have had an effect', () => {
    const refused: Trigger = { type: 'reported', attempt: 3, result: { status: 'failed', error: wireError('PROVIDER_CIRCUIT_OPEN') } };
    const last = (terms: typeof plain, calls: number) =>
      transition({ status: 'running', attempt: 3, calls }, refused, { ...terms, maxAttempts: 1 }, half).effects.at(-1);
    expect(last(idempotent, 3)).toMatchObject({ error: { code: 'PROVIDER_CIRCUIT_OPEN', effect: 'possible', retryable: false } });
    expect(last(idempotent, 1)).toMatchObject({ error: { effect: 'none', retryable: true } });
    expect(last(plain, 3)).toMatchObject({ error: { effect: 'none', retryable: true } });
  });

  it('says of what ends between two calls whether one of them may have had an effect', () => {
    const refusal: Trigger = { type: 'gate_refused', attempt: 2, error: wireError('KILL_SWITCH') };
    const errorOf = (state: State, terms: typeof plain) => transition(state, refusal, terms, half).effects.at(-1);
    expect(errorOf({ status: 'running', attempt: 2, calls: 2 }, idempotent)).toMatchObject({ error: { code: 'KILL_SWITCH', effect: 'possible', retryable: false } });
    expect(errorOf({ status: 'running', attempt: 2, calls: 1 }, idempotent)).toMatchObject({ error: { effect: 'none', retryable: true } });
    // Another call of a plain tool waits only after one that certainly had no effect.
    expect(errorOf({ status: 'running', attempt: 2, calls: 2 }, plain)).toMatchObject({ error: { effect: 'none', retryable: true } });
  });

  it('spreads retries over a bound that doubles', () => {
    const error = wireError('UPSTREAM_UNAVAILABLE');
    const delay = (attempt: number, random: () => number) =>
      transition({ status: 'running', attempt, calls: attempt }, { type: 'reported', attempt, result: { status: 'failed', error } },
        { ...idempotent, maxAttempts: 9 }, random).effects.at(-1);
    expect(delay(1, () => 0)).toMatchObject({ delayMs: 0 });
    expect(delay(1, () => 0.999)).toMatchObject({ delayMs: 500 });
    expect(delay(3, () => 0.999)).toMatchObject({ delayMs: 1998 });
  });

  const error = fc.constantFrom(wireError('UPSTREAM_UNAVAILABLE'), wireError('UPSTREAM_REJECTED'), wireError('PROVIDER_CIRCUIT_OPEN'));
  const attempt = fc.integer({ min: 1, max: 4 });
  const trigger: fc.Arbitrary<Trigger> = fc.oneof(
    fc.constantFrom<Trigger>({ type: 'accepted' }, { type: 'cancel_requested' }, { type: 'deadline_passed' },
      { type: 'decided', outcome: 'allowed' }, { type: 'decided', outcome: 'approval_required' }),
    error.map((e): Trigger => ({ type: 'decided', outcome: 'rejected', error: e })),
    fc.tuple(attempt, fc.constantFrom('running', 'succeeded', 'not_started')).map(([a, status]): Trigger =>
      ({ type: 'reported', attempt: a, result: { status: status as 'running' } })),
    fc.tuple(attempt, error).map(([a, e]): Trigger => ({ type: 'reported', attempt: a, result: { status: 'failed', error: e } })),
    attempt.map((a): Trigger => ({ type: 'lease_expired', attempt: a })),
    attempt.map((a): Trigger => ({ type: 'gate_refused', attempt: a, error: wireError('TOOL_DISABLED') })),
    fc.constant<Trigger>({ type: 'decided', outcome: 'rejected', error: wireError('APPROVAL_VOID') }),
  );

  it('never leaves a final state, never goes back an attempt, and never calls a plain tool twice after a possible effect', () => {
    fc.assert(
      fc.property(fc.array(trigger, { maxLength: 30 }), fc.boolean(), (triggers, isIdempotent) => {
        let state: State = { status: 'absent' };
        for (const each of triggers) {
          const before = state;
          const made = transition(before, each, isIdempotent ? idempotent : plain, half);
          state = made.state;
          if (isFinal(before)) expect(state).toEqual(before);
          if ('voided' in before && before.voided) expect(made.effects.map(({ type }) => type)).not.toContain('dispatch');
          expect(attemptOf(state)).toBeGreaterThanOrEqual(attemptOf(before));
          const dispatched = made.effects.find((effect) => effect.type === 'dispatch');
          if (dispatched?.type === 'dispatch' && dispatched.attempt > 1 && !isIdempotent && each.type === 'reported' && each.result.status === 'failed') {
            expect(each.result.error.effect).toBe('none');
          }
          if (each.type === 'lease_expired' && !isIdempotent) expect(dispatched).toBeUndefined();
          // Said again at once, a trigger changes nothing more.
          if (isFinal(state)) expect(transition(state, each, plain, half).state).toEqual(state);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
