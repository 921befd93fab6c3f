import fc from 'fast-check';
import { CASES, run } from './run-machine.cases.js';
import { currentStep, isRefusal, transition, type RunState, type Trigger } from './run-machine.js';

describe('a run', () => {
  it.each(CASES)('%s', (_title, from, trigger, expected) => {
    const result = transition(from, trigger);
    if (typeof expected === 'string') {
      expect(result).toMatchObject({ reason: expected });
      return;
    }
    if (isRefusal(result)) throw new Error(result.message);
    expect(result.state).toEqual(expected.to);
    expect(result.calls).toBe(expected.calls ?? null);
    expect(result.changed).toEqual(from.steps.flatMap((step, index) => (step === result.state.steps[index] ? [] : [step.id])));
  });

  const step = fc.constantFrom('look', 'ask', 'fix', 'call', 'close');
  const trigger: fc.Arbitrary<Trigger> = fc.oneof(
    fc.record({ type: fc.constant('complete' as const), step, choice: fc.constantFrom(undefined, 'go', 'on', 'stop') }),
    fc.record({ type: fc.constantFrom('retry' as const, 'skip' as const), step }),
    fc.record({ type: fc.constant('cancel' as const) }),
    fc.record({ type: fc.constant('ended' as const), step: fc.constant('call'), iteration: fc.integer({ min: 1, max: 3 }), succeeded: fc.boolean() }),
  );

  it('calls nothing but what somebody completes or retries, each iteration once, and never leaves an end', () => {
    fc.assert(
      fc.property(fc.array(trigger, { maxLength: 30 }), (triggers) => {
        const called: string[] = [];
        triggers.reduce((state: RunState, each) => {
          const moved = transition(state, each);
          if (isRefusal(moved)) return state;
          if (moved.calls !== null) {
            expect(['complete', 'retry']).toContain(each.type);
            const found = moved.state.steps.find(({ id }) => id === moved.calls);
            called.push(`${found?.id}:${found?.iteration}`);
          }
          if (state.status !== 'running') expect(moved.state.status).toBe(state.status);
          expect(moved.state.status === 'completed').toBe(moved.state.status !== 'cancelled' && currentStep(moved.state) === undefined);
          return moved.state;
        }, run('ppppp'));
        expect(new Set(called).size).toBe(called.length);
      }),
      { numRuns: 500 },
    );
  });
});
