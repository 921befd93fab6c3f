import { ToolExecutionDecided } from '@toolplane/contracts/events';
import { newId } from '@toolplane/contracts/ids';
import { golden } from '@toolplane/contracts/testing';
import { createLogger } from '@toolplane/observability';
import { Outbox } from '@toolplane/persistence';
import { testDatabase, type TestDatabase } from '@toolplane/persistence/testing';
import { executionMigrations } from '../execution.migrations.js';
import { ExecutionStore } from '../execution/execution.store.js';
import type { Horizon, Progress } from './progress.js';
import { DEADLINES } from './recover.store.js';
import { Sweep } from './sweep.js';

const store = new ExecutionStore({ startWithinMs: 60_000, graceMs: 10_000 });
const logger = createLogger({ service: 'execution', level: 'silent' });
let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase({ service: 'execution', migrations: executionMigrations });
});
afterAll(() => db.close());
beforeEach(() => db.query('truncate execution.executions, execution.outbox'));

/** The log, as the sweep asks it. */
class FakeProgress implements Progress {
  clusterId = 'a-log';
  read = true;
  lagging: string[] = [];
  look = (at: Date): Promise<Horizon> => Promise.resolve({ at, clusterId: this.clusterId, reported: new Map(), dispatched: new Map() });
  hasReadReports = (): Promise<boolean> => Promise.resolve(this.read);
  laggingProviders = (): Promise<readonly string[]> => Promise.resolve(this.lagging);
}
function sweepOf(progress = new FakeProgress()) {
  return { progress, sweep: new Sweep(db.database, store, new Outbox(db.database), progress, logger) };
}

async function running({ idempotent = false, expired = true } = {}): Promise<string> {
  const id = newId();
  const decision = golden(ToolExecutionDecided, { executionId: id, outcome: 'allowed' });
  const tool = decision.data.tool && { ...decision.data.tool, idempotent };
  await db.database.asWorker((tx) => store.apply(tx, [{
    tenantId: 'demo', id, eventId: newId(), decision: { ...decision, data: { ...decision.data, tool } }, trigger: { type: 'decided', outcome: 'allowed' },
  }]));
  if (expired) await db.query(`update execution.executions set start_by = now() - interval '2 min', lease_until = now() - interval '1 min' where id = '${id}'`);
  return id;
}
const rowOf = async (id: string) => (await db.query<{ status: string; attempt: number; code: string }>(
  `select status, attempt, error ->> 'code' as code from execution.executions where id = '${id}'`))[0];
const outboxTypes = async () => (await db.query<{ type: string }>(`select event ->> 'type' as type from execution.outbox order by 1`)).map(({ type }) => type);

describe('the sweep', () => {
  it('ends an attempt whose worker was lost: nobody knows what it did', async () => {
    const id = await running();
    const { sweep } = sweepOf();
    expect(await sweep.run()).toBe(0);
    expect(await sweep.run()).toBe(1);
    expect(await rowOf(id)).toMatchObject({ status: 'failed', code: 'OUTCOME_UNKNOWN' });
    expect(await outboxTypes()).toEqual(['ToolExecutionFailed']);
    expect(await sweep.run()).toBe(0);
  });

  it('gives an idempotent tool a new attempt', async () => {
    const id = await running({ idempotent: true });
    const { sweep } = sweepOf();
    await sweep.run();
    await sweep.run();
    expect(await rowOf(id)).toMatchObject({ status: 'running', attempt: 2 });
    expect(await outboxTypes()).toEqual(['ToolExecutionProgressed', 'ToolInvocationDispatched']);
  });

  it('leaves an attempt whose lease still runs', async () => {
    const id = await running({ expired: false });
    const { sweep } = sweepOf();
    await sweep.run();
    expect(await sweep.run()).toBe(0);
    expect(await rowOf(id)).toMatchObject({ status: 'running', attempt: 1 });
  });

  it('judges nothing while reports that were written in time are unread', async () => {
    const id = await running();
    const { sweep, progress } = sweepOf();
    progress.read = false;
    for (let round = 0; round < 3; round++) expect(await sweep.run()).toBe(0);
    expect(await rowOf(id)).toMatchObject({ status: 'running' });
    progress.read = true;
    expect(await sweep.run()).toBe(1);
  });

  it('waits for workers that have not taken their dispatches, but not for ever', async () => {
    const id = await running();
    const { sweep, progress } = sweepOf();
    const [{ provider } = { provider: '' }] = await db.query<{ provider: string }>(`select terms ->> 'provider' as provider from execution.executions where id = '${id}'`);
    progress.lagging = [provider];
    for (let round = 0; round < 3; round++) expect(await sweep.run()).toBe(0);
    await db.query(`update execution.executions set lease_until = now() - interval '10 min' where id = '${id}'`);
    await sweep.run();
    expect(await rowOf(id)).toMatchObject({ status: 'failed', code: 'OUTCOME_UNKNOWN' });
  });

  it('ends what waits when its deadline has passed', async () => {
    const id = newId();
    await db.query(`
      insert into execution.executions (tenant_id, id, status, request_digest, tool_name, context, input, deadline)
      values ('demo', '${id}', 'requested', 'x', 'echo', '{"sensitiveInput":[],"answerTopic":null,"traceparent":null,"request":null,"requestedBy":null,"actor":null,"ip":null,"approval":null}', '{}', now() - interval '1 s')`);
    expect(await sweepOf().sweep.run()).toBe(1);
    expect(await rowOf(id)).toMatchObject({ status: 'failed', code: 'EXPIRED' });
  });

  it('looks for passed deadlines among the rows that have one, however many others there are', async () => {
    await db.query(`
      insert into execution.executions (tenant_id, id, status, request_digest, tool_name, context, input)
      select 'demo', gen_random_uuid(), 'requested', 'x', 'echo', '{}', '{}' from generate_series(1, 2000)`);
    await db.query('analyze execution.executions');
    const plan = await db.database.asWorker((tx) => tx.query<{ 'QUERY PLAN': string }>(`explain (generic_plan) ${DEADLINES}`));
    expect(plan.map((line) => line['QUERY PLAN']).join('\n')).toContain('using executions_deadline');
  });

  it('judges by no end that it has noted in another log', async () => {
    const id = await running();
    const { progress, sweep } = sweepOf();
    await sweep.run();
    progress.clusterId = 'another';
    await sweep.run();
    expect(await rowOf(id)).toMatchObject({ status: 'running' });
    expect(await sweep.run()).toBe(1);
  });

  it('is done by one leader at a time', async () => {
    await running();
    const sweeps = [sweepOf().sweep, sweepOf().sweep, sweepOf().sweep];
    await Promise.all(sweeps.map((sweep) => sweep.run()));
    const moved = await Promise.all(sweeps.map((sweep) => sweep.run()));
    expect(moved.reduce((sum, each) => sum + each, 0)).toBe(1);
    expect(await outboxTypes()).toEqual(['ToolExecutionFailed']);
  });
});
