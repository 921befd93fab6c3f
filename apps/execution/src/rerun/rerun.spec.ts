import { ToolExecutionDecided, ToolExecutionRequested } from '@toolplane/contracts/events';
import { wireError } from '@toolplane/contracts/errors';
import type { BulkRerunAnswer } from '@toolplane/contracts/http';
import { newId } from '@toolplane/contracts/ids';
import { golden } from '@toolplane/contracts/testing';
import { eventually, testService } from '@toolplane/service-kit/testing';
import { OnToolExecutionDecided } from '../dispatch/on-tool-execution-decided.js';
import { executionConfig } from '../execution.config.js';
import { executionMigrations } from '../execution.migrations.js';
import { ExecutionModule } from '../execution.module.js';
import { MOST } from './bulk-rerun.js';

const service = testService(ExecutionModule, { definition: executionConfig, database: { service: 'execution', migrations: executionMigrations } });

const error = { ...wireError('TOOL_DISABLED'), errors: [] };
const failed = async (count: number, overrides = {}): Promise<string[]> => {
  const events = Array.from({ length: count }, () => ({
    ...golden(ToolExecutionDecided, { executionId: newId(), outcome: 'rejected', error, ...overrides }), id: newId(), tenantid: 'demo',
  }));
  await service.deliver(OnToolExecutionDecided, events);
  return events.map(({ data }) => data.executionId);
};
const rerun = (body: object, key?: string, as = {}) => service.http<BulkRerunAnswer & { code?: string }>({
  method: 'POST', url: '/api/tools/executions/rerun', body, as, ...(key !== undefined && { headers: { 'idempotency-key': key } }),
});
/** The requests that the relay has published for these executions, once it has published as many. */
async function requestsOf(ids: readonly string[]): Promise<readonly ToolExecutionRequested['data'][]> {
  const published = () => service.published(ToolExecutionRequested).filter(({ subject }) => ids.includes(subject ?? '')).map(({ data }) => data);
  await eventually(() => expect(published().length).toBeGreaterThanOrEqual(ids.length));
  return published();
}

describe('running many again', () => {
  it('only counts, unless told otherwise', async () => {
    await failed(3, { exceptionId: 'count' });
    expect(await rerun({ filter: { exceptionId: 'count' } })).toMatchObject({ status: 202, body: { dryRun: true, matched: 3, skipped: 0, executions: [] } });
  });

  it('asks for each of them anew, as it was, in the name of who wants it now', async () => {
    const [id = ''] = await failed(2, { exceptionId: 'anew', correlationId: null });
    const { body } = await rerun({ filter: { exceptionId: 'anew' }, dryRun: false });
    expect(body).toMatchObject({ dryRun: false, matched: 2 });
    expect(new Set(body.executions).size).toBe(2);
    const requests = await requestsOf(body.executions);
    const { input } = golden(ToolExecutionDecided).data;
    expect(requests).toEqual(body.executions.map(() =>
      expect.objectContaining({ payload: input, exceptionId: 'anew', requestedBy: { type: 'user', id: 'tester' } })));
    expect(requests.map(({ correlationId }) => correlationId)).toContain(id);
  });

  it('goes past the first page, and starts nothing twice under one key, whatever has failed since', async () => {
    await failed(120, { exceptionId: 'many' });
    const first = await rerun({ filter: { exceptionId: 'many' }, dryRun: false }, 'many-1');
    await failed(5, { exceptionId: 'many' });
    const again = await rerun({ filter: { exceptionId: 'many' }, dryRun: false }, 'many-1');
    expect(first.body.executions).toHaveLength(120);
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect(new Set(again.body.executions)).toEqual(new Set(first.body.executions));
    expect(await requestsOf(first.body.executions)).toHaveLength(120);
  });

  it('refuses a key that stands for another filter, and a filter that says nothing or asks for what still runs', async () => {
    await rerun({ filter: { exceptionId: 'one' }, dryRun: false }, 'key-1');
    expect(await rerun({ filter: { exceptionId: 'two' }, dryRun: false }, 'key-1')).toMatchObject({ status: 422, body: { code: 'IDEMPOTENCY_KEY_REUSED' } });
    expect((await rerun({ filter: {} })).status).toBe(422);
    expect(await rerun({ filter: { status: 'running' } })).toMatchObject({ status: 422, body: { errors: [{ pointer: '/filter/status' }] } });
  });

  it('takes no key for counting, and leaves it free where too many are meant', async () => {
    await failed(1, { exceptionId: 'few' });
    await service.database.query(`
      insert into execution.executions (tenant_id, id, status, request_digest, tool_id, tool_name, context, input, error, finished_at, exception_id)
      select 'demo', gen_random_uuid(), 'failed', 'x', 't', 'echo', '{}', '{}', '{"code":"INTERNAL"}', now(), 'crowd' from generate_series(0, ${MOST})`);
    expect((await rerun({ filter: { exceptionId: 'crowd' } }, 'free-1')).body.matched).toBe(MOST + 1);
    expect(await rerun({ filter: { exceptionId: 'crowd' }, dryRun: false }, 'free-1')).toMatchObject({ status: 422, body: { errors: [{ pointer: '/filter' }] } });
    expect(await rerun({ filter: { exceptionId: 'few' }, dryRun: false }, 'free-1')).toMatchObject({ status: 202, body: { matched: 1 } });
  });

  it('takes only the caller’s tenant, and an agent’s key only its agent’s', async () => {
    await failed(1, { exceptionId: 'mine', agent: 'analysis' });
    expect((await rerun({ filter: { exceptionId: 'mine' } }, undefined, { tenantId: 'acme' })).body.matched).toBe(0);
    expect((await rerun({ filter: { exceptionId: 'mine' } }, undefined, { agent: 'brainstorm' })).body.matched).toBe(0);
    expect((await rerun({ filter: { exceptionId: 'mine', agent: 'analysis' } }, undefined, { agent: 'analysis' })).body.matched).toBe(1);
  });
});

describe('running one again', () => {
  it('hands out what was asked for, to the tenant alone', async () => {
    const [id = ''] = await failed(1, { exceptionId: 'case', correlationId: null });
    const url = `/internal/executions/${id}/request`;
    const { input, tool } = golden(ToolExecutionDecided).data;
    expect(await service.http({ method: 'GET', url })).toMatchObject({ status: 200, body: { tool: tool?.id, payload: input, exceptionId: 'case', correlationId: id } });
    expect((await service.http({ method: 'GET', url, as: { tenantId: 'acme' } })).status).toBe(404);
  });
});
