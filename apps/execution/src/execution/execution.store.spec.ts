import { ToolExecutionDecided, ToolInvocationReported } from '@toolplane/contracts/events';
import { wireError } from '@toolplane/contracts/errors';
import { newId } from '@toolplane/contracts/ids';
import { golden } from '@toolplane/contracts/testing';
import type { Tx } from '@toolplane/persistence';
import { testDatabase, type TestDatabase } from '@toolplane/persistence/testing';
import { executionMigrations } from '../execution.migrations.js';
import { eventsOf } from './execution-events.js';
import { ExecutionStore, type Dated } from './execution.store.js';

const TERMS = { startWithinMs: 60_000, graceMs: 10_000 };
const store = new ExecutionStore(TERMS, () => 0.5);
let db: TestDatabase;

beforeAll(async () => {
  db = await testDatabase({ service: 'execution', migrations: executionMigrations });
});
afterAll(() => db.close());

const apply = (...triggers: readonly Dated[]) => db.database.asWorker((tx) => store.apply(tx, triggers));
const answersOf = async (...triggers: readonly Dated[]) => (await apply(...triggers)).map(({ answer }) => answer);

type Decision = ToolExecutionDecided['data'];
function decided(id: string, overrides: Partial<Decision> = {}): Dated {
  const decision = golden(ToolExecutionDecided, { executionId: id, ...overrides });
  const { outcome, error } = decision.data;
  return {
    tenantId: decision.tenantid, id, eventId: newId(), decision,
    trigger: outcome === 'rejected' ? { type: 'decided', outcome, error: error ?? wireError('INTERNAL') } : { type: 'decided', outcome },
  };
}
function reported(id: string, attempt: number, data: Partial<ToolInvocationReported['data']> = { status: 'succeeded', output: { text: 'hi' } }): Dated {
  const event = golden(ToolInvocationReported, { executionId: id, attempt, ...data });
  const { status, error } = event.data;
  return {
    tenantId: event.tenantid, id, eventId: newId(), report: event.data,
    trigger: { type: 'reported', attempt, result: status === 'failed' ? { status, error: error ?? wireError('PROVIDER_FAILED') } : { status } },
  };
}
const rowOf = async (id: string) => (await db.query(`select * from execution.executions where id = '${id}'`))[0];

describe('the store of executions', () => {
  it('answers for every input of a batch, in its order', async () => {
    const [a, b, unknown] = [newId(), newId(), newId()];
    expect(await answersOf(decided(a), reported(unknown, 1), decided(b), decided(a))).toEqual(['applied', 'refused', 'applied', 'refused']);
    expect(await rowOf(a)).toMatchObject({ status: 'running', attempt: 1, calls: 1 });
  });

  it('publishes again, from the stored row, what an event gave rise to when it was applied first', async () => {
    const decision = decided(newId());
    const [first] = await apply(decision);
    const [again] = await apply(decision);
    expect(again?.answer).toBe('repeated');
    expect(eventsOf([again!]).now).toEqual(eventsOf([first!]).now);

    const report = reported(decision.id, 1);
    const [completed] = await apply(report);
    const [completedAgain] = await apply(report);
    expect(completedAgain?.answer).toBe('repeated');
    expect(eventsOf([completedAgain!]).now).toEqual(eventsOf([completed!]).now);
    expect(eventsOf([completed!]).now[0]).toMatchObject({ type: 'ToolExecutionCompleted', data: { output: { text: 'hi' }, status: 'succeeded' } });
  });

  it('keeps a lease of start, time limit and grace, and moves it when the call says that it runs', async () => {
    const decision = decided(newId());
    await apply(decision);
    const { start_by: startBy, lease_until: leaseUntil, updated_at: at } = await rowOf(decision.id) as Record<string, Date>;
    const timeoutMs = decision.decision!.data.tool!.timeoutMs;
    expect(startBy!.getTime() - at!.getTime()).toBe(TERMS.startWithinMs);
    expect(leaseUntil!.getTime() - startBy!.getTime()).toBe(timeoutMs + TERMS.graceMs);
    expect(await answersOf(reported(decision.id, 1, { status: 'running' }))).toEqual(['applied']);
    const moved = await rowOf(decision.id) as Record<string, Date>;
    expect(moved.lease_until!.getTime() - moved.updated_at!.getTime()).toBe(timeoutMs + TERMS.graceMs);
    expect(moved.start_by).toEqual(startBy);
  });

  it('schedules another attempt with a start-by of its own', async () => {
    const decision = decided(newId());
    await apply(decision);
    const [retried] = await apply(reported(decision.id, 1, { status: 'not_started' }));
    const { now, later } = eventsOf([retried!]);
    expect(now).toMatchObject([{ type: 'ToolExecutionProgressed', data: { kind: 'retry_scheduled' } }]);
    expect(later).toMatchObject([{ event: { type: 'ToolInvocationDispatched', data: { attempt: 2, idempotencyKey: decision.id } } }]);
    expect(await rowOf(decision.id)).toMatchObject({ status: 'running', attempt: 2, calls: 1 });
    expect(await answersOf(reported(decision.id, 1))).toEqual(['refused']);
    expect(await answersOf(reported(decision.id, 2))).toEqual(['applied']);
  });

  it('files a report that comes after the end and leaves the row as it is', async () => {
    const decision = decided(newId());
    await apply(decision, reported(decision.id, 1));
    const before = await rowOf(decision.id);
    const [late] = await apply(reported(decision.id, 1, { status: 'failed', error: { ...wireError('PROVIDER_FAILED'), errors: [] } }));
    expect(late).toMatchObject({ answer: 'refused', effects: [{ type: 'progress', kind: 'late_report' }] });
    expect(await rowOf(decision.id)).toEqual(before);
  });

  it('refuses a decision on an id that stands for another request', async () => {
    const decision = decided(newId());
    await apply(decision);
    await expect(apply(decided(decision.id, { requestDigest: 'another' }))).rejects.toMatchObject({ code: 'EXECUTION_ID_CONFLICT' });
  });

  it('treats an equal id of another tenant as another execution', async () => {
    const decision = decided(newId());
    await apply(decision);
    expect(await answersOf({ ...decision, tenantId: 'other' })).toEqual(['applied']);
  });

  it('lets the database refuse what the state machine refuses', async () => {
    const decision = decided(newId());
    await apply(decision, reported(decision.id, 1));
    await expect(db.query(`update execution.executions set status = 'running', finished_at = null where id = '${decision.id}'`)).rejects.toThrow(/cannot go from succeeded/);
  });

  it('keeps NUL characters of an output, in a form that Postgres takes', async () => {
    const decision = decided(newId());
    await apply(decision, reported(decision.id, 1, { status: 'succeeded', output: { text: 'a\u0000b' } }));
    expect(await rowOf(decision.id)).toMatchObject({ status: 'succeeded', output: { text: 'a\u2400b' } });
  });

  it('does not deadlock when batches cross', async () => {
    const decisions = Array.from({ length: 40 }, () => decided(newId()));
    await Promise.all([apply(...decisions), apply(...[...decisions].reverse()), apply(...decisions)]);
    const reports = decisions.map(({ id }) => reported(id, 1));
    const answers = (await Promise.all([answersOf(...reports), answersOf(...[...reports].reverse())])).flat();
    expect(answers.filter((answer) => answer === 'applied')).toHaveLength(40);
    expect(answers.filter((answer) => answer === 'repeated')).toHaveLength(40);
  });

  it('finds the rows of a batch by primary key alone, with generic plans and under row-level security', async () => {
    await db.query(`
      insert into execution.executions (tenant_id, id, status, attempt, calls, request_digest, tool_name, context, input, start_by, lease_until)
      select 'demo', gen_random_uuid(), 'running', 1, 1, 'x', 'echo', '{}', '{}', now(), now() from generate_series(1, 20000)`);
    await db.query('analyze execution.executions');
    const statements = new Set<string>();
    const decision = decided(newId());
    const accepted = decided(newId());
    await db.query(`
      insert into execution.executions (tenant_id, id, status, request_digest, tool_name, context, input)
      values ('${accepted.tenantId}', '${accepted.id}', 'requested', '${accepted.decision!.data.requestDigest}', 'echo', '{}', '{}')`);
    await db.database.asWorker(async (tx) => {
      const recording: Tx = { ...tx, query: (sql, values) => (statements.add(sql), tx.query(sql, values)) };
      await store.apply(recording, [decision, accepted, reported(decision.id, 1, { status: 'not_started' }), reported(decision.id, 2)]);
    });
    const updates = [...statements].filter((sql) => !sql.includes('insert into'));
    expect(updates).toHaveLength(4);
    for (const sql of updates) {
      const plan = await db.database.asWorker((tx) => tx.query<{ 'QUERY PLAN': string }>(`explain (generic_plan) ${sql}`));
      const text = plan.map((line) => line['QUERY PLAN']).join('\n');
      expect(text).toContain('Index Scan using executions_pkey');
      expect(text).not.toMatch(/Seq Scan on executions|using executions_(?!pkey)/);
    }
  });
});
