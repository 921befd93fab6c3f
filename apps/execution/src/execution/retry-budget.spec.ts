import fc from 'fast-check';
import { ToolExecutionDecided, ToolInvocationReported } from '@toolplane/contracts/events';
import { wireError, type ErrorCode } from '@toolplane/contracts/errors';
import { newId } from '@toolplane/contracts/ids';
import { golden } from '@toolplane/contracts/testing';
import { testDatabase, type TestDatabase } from '@toolplane/persistence/testing';
import { executionMigrations } from '../execution.migrations.js';
import { ExecutionStore, type Dated } from './execution.store.js';
import type { ToolTerms } from './execution-row.js';
import { RetryBudget } from './retry-budget.js';

const terms = (toolId: string, url = 'https://api.example.com/v1/x'): ToolTerms => ({
  ...(golden(ToolExecutionDecided).data.tool as ToolTerms), id: toolId, spec: { url }, idempotent: true, retry: { maxAttempts: 3, backoffMs: 100 },
});

describe('the budget of retries', () => {
  it('grants a few at once, then one for ten first attempts, and one a minute', () => {
    let now = 0;
    const budget = new RetryBudget(() => now);
    const tool = terms('t');
    const granted = (): number => {
      let count = 0;
      while (budget.spend('demo', tool)) count += 1;
      return count;
    };
    expect(granted()).toBe(10);
    for (let n = 0; n < 30; n += 1) budget.earn('demo', tool);
    expect(granted()).toBe(3);
    now = 120_000;
    expect(granted()).toBe(2);
  });

  it('is one for each tenant, tool and origin', () => {
    const budget = new RetryBudget(() => 0);
    while (budget.spend('demo', terms('t')));
    for (const [tenant, tool] of [['acme', terms('t')], ['demo', terms('u')], ['demo', terms('t', 'https://b.example.com/')]] as const)
      expect(budget.spend(tenant, tool)).toBe(true);
  });

  it('never grants more than a tenth of the attempts beside what it began with', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 500 }), (steps) => {
        const budget = new RetryBudget(() => 0);
        const attempts = steps.filter((first) => first).length;
        const retries = steps.filter((first) => (first ? (budget.earn('demo', terms('t')), false) : budget.spend('demo', terms('t')))).length;
        expect(retries).toBeLessThanOrEqual(10 + attempts / 10);
      }),
      { numRuns: 50 },
    );
  });
});

describe('retries of a destination that is down', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await testDatabase({ service: 'execution', migrations: executionMigrations });
  });
  afterAll(() => db.close());

  const decided = (id: string, tool: ToolTerms): Dated => {
    const decision = golden(ToolExecutionDecided, { executionId: id, outcome: 'allowed', tool });
    return { tenantId: decision.tenantid, id, eventId: newId(), decision, trigger: { type: 'decided', outcome: 'allowed' } };
  };
  const failed = (id: string, code: ErrorCode): Dated => {
    const error = wireError(code);
    const event = golden(ToolInvocationReported, { executionId: id, attempt: 1, status: 'failed', error: { ...error, errors: [] } });
    return { tenantId: event.tenantid, id, eventId: newId(), report: event.data, trigger: { type: 'reported', attempt: 1, result: { status: 'failed', error } } };
  };
  /** Of forty executions that fail so: how many are tried again, and what became of the others. */
  const outage = async (code: ErrorCode): Promise<{ retried: number; failed: number }> => {
    const store = new ExecutionStore({ startWithinMs: 60_000, graceMs: 10_000 }, () => 0.5, new RetryBudget(() => 0));
    const ids = Array.from({ length: 40 }, () => newId());
    const tool = terms(newId());
    await db.database.asWorker((tx) => store.apply(tx, ids.map((id) => decided(id, tool))));
    const applied = await db.database.asWorker((tx) => store.apply(tx, ids.map((id) => failed(id, code))));
    const count = (type: string): number => applied.filter(({ effects }) => effects.some((effect) => effect.type === type)).length;
    return { retried: count('dispatch'), failed: count('fail') };
  };

  it('are few, and what gets none ends with what went wrong', async () => {
    await expect(outage('UPSTREAM_UNAVAILABLE')).resolves.toEqual({ retried: 10, failed: 30 });
  });

  it('are not counted where the destination was not asked', async () => {
    await expect(outage('PROVIDER_CIRCUIT_OPEN')).resolves.toEqual({ retried: 40, failed: 0 });
    await expect(outage('OUTCOME_UNKNOWN')).resolves.toEqual({ retried: 40, failed: 0 });
  });
});
