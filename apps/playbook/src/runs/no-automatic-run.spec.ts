import fc from 'fast-check';
import type { PlaybookRun } from '@toolplane/contracts/documents';
import { ToolExecutionRequested } from '@toolplane/contracts/events';
import { newId } from '@toolplane/contracts/ids';
import { AGENT, PERSON, SERVICE, testPlaybook, type As } from '../testing/test-playbook.js';
import { executionIdOf } from './calls.js';

const RUNS = 40;
const WHO: Readonly<Record<string, As>> = { person: PERSON, service: SERVICE, agent: AGENT };
const STEPS = ['first', 'ask', 'second'] as const;

type Deed =
  | { readonly what: 'complete' | 'retry' | 'skip'; readonly who: string; readonly step: (typeof STEPS)[number] }
  | { readonly what: 'start' | 'cancel' | 'change' | 'read'; readonly who: string }
  | { readonly what: 'outcome'; readonly iteration: number; readonly step: (typeof STEPS)[number]; readonly succeeded: boolean };

const who = fc.constantFrom(...Object.keys(WHO));
const step = fc.constantFrom(...STEPS);
const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ what: fc.constantFrom('complete' as const, 'complete' as const, 'retry' as const, 'skip' as const), who, step }) },
  { weight: 3, arbitrary: fc.record({ what: fc.constant('outcome' as const), iteration: fc.integer({ min: 1, max: 2 }), step, succeeded: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constantFrom('start' as const, 'cancel' as const, 'change' as const, 'read' as const), who }) },
);

describe('no automatic run', () => {
  const playbook = testPlaybook();
  const call = { title: 'Call', type: 'call_tool' as const, tool: 'echo', payload: { a: 1 } };

  it('a tool is requested by nothing but a person who completes or retries its step: one request for each', async () => {
    const made = await playbook.playbook({
      steps: [{ ...call, id: 'first' }, { id: 'ask', title: 'Again?', type: 'decision', choices: [{ id: 'yes', title: 'Yes', next: 'second' }, { id: 'no', title: 'No', next: null }] }, { ...call, id: 'second' }],
    });
    await fc.assert(
      fc.asyncProperty(fc.array(deed, { minLength: 6, maxLength: 16 }), async (deeds) => {
        playbook.services.reset();
        const { id: exceptionId } = await playbook.exception();
        const runs = [(await playbook.start(exceptionId, made.id, SERVICE)).body];
        const wanted: string[] = [];
        for (const each of deeds) {
          const run = runs.at(-1) as PlaybookRun;
          if (each.what === 'outcome') {
            const executionId = executionIdOf(run, each.step, each.iteration);
            await playbook.ended(run, executionId, each.succeeded ? { output: { ran: true } } : { code: 'PROVIDER_FAILED' });
          } else if ('step' in each) {
            const body = each.step === 'ask' && each.what === 'complete' ? { choice: 'yes' } : undefined;
            const answer = await playbook.step(run.id, each.step, each.what, { as: WHO[each.who] as As, ...(body && { body }) });
            if (each.who !== 'person') expect(answer.status).toBe(403);
            const called = answer.status === 200 && each.what !== 'skip' ? answer.body.steps.find(({ id }) => id === each.step)?.executionId : null;
            if (called) wanted.push(called);
          } else if (each.what === 'start') {
            runs.push((await playbook.start(exceptionId, made.id, WHO[each.who])).body);
          } else {
            const url = each.what === 'change' ? `/api/exceptions/${exceptionId}` : `/api/playbook-runs/${run.id}${each.what === 'cancel' ? '/cancel' : ''}`;
            const method = each.what === 'change' ? 'PATCH' : each.what === 'cancel' ? 'POST' : 'GET';
            await playbook.http({ method, url, as: WHO[each.who] as As, ...(method === 'PATCH' && { body: { title: newId() } }) });
          }
        }
        const stored = await playbook.database.query<{ id: string }>(
          `select execution_id as id from playbook.steps where execution_id is not null and run_id in (select id from playbook.runs where exception_id = '${exceptionId}')`);
        expect(stored.map(({ id }) => id).sort()).toEqual([...wanted].sort());
        for (const run of runs) await playbook.requests(run.id, wanted.filter((id) => ['first', 'second'].some((s) => [1, 2, 3, 4].some((n) => executionIdOf(run, s, n) === id))).length);
        const published = playbook.published(ToolExecutionRequested).filter(({ data }) => data.exceptionId === exceptionId);
        expect(new Set(published.map(({ data }) => data.executionId))).toEqual(new Set(wanted));
        for (const { data } of published) expect(data.requestedBy).toEqual(PERSON.principal);
      }),
      { numRuns: RUNS },
    );
  });
});
