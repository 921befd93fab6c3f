import { ToolExecutionDecided, ToolExecutionFailed, ToolExecutionProgressed, ToolInvocationDispatched, ToolInvocationReported } from '@toolplane/contracts/events';
import { newId } from '@toolplane/contracts/ids';
import { golden } from '@toolplane/contracts/testing';
import { eventually, testService } from '@toolplane/service-kit/testing';
import { OnToolExecutionDecided } from '../dispatch/on-tool-execution-decided.js';
import { executionConfig } from '../execution.config.js';
import { executionMigrations } from '../execution.migrations.js';
import { ExecutionModule } from '../execution.module.js';
import { OnToolInvocationReported } from '../settle/on-tool-invocation-reported.js';

const service = testService(ExecutionModule, { definition: executionConfig, database: { service: 'execution', migrations: executionMigrations } });

const decided = async (overrides = {}): Promise<string> => {
  const id = newId();
  await service.deliver(OnToolExecutionDecided, [{ ...golden(ToolExecutionDecided, { executionId: id, outcome: 'allowed', ...overrides }), id: newId(), tenantid: 'demo' }]);
  return id;
};
const report = (id: string) => ({ ...golden(ToolInvocationReported, { executionId: id, attempt: 1, status: 'succeeded', output: {} }), id: newId(), tenantid: 'demo' });
const cancel = (id: string, as = {}) => service.http<{ status?: string; code?: string; error?: unknown }>({ method: 'POST', url: `/api/tools/executions/${id}/cancel`, as });
/** What the relay has published of an execution besides its dispatches. */
const told = (id: string) =>
  service.publisher.events.filter(({ subject, type }) => subject === id && type !== ToolInvocationDispatched.type) as readonly { type: string; data: unknown }[];

describe('cancelling', () => {
  it('ends what runs, says who wanted it, and that the call may have happened', async () => {
    const id = await decided();
    expect(await cancel(id)).toMatchObject({ status: 202, body: { id, status: 'failed', error: { code: 'CANCELLED', effect: 'possible', retryable: false } } });
    await eventually(() => expect(told(id).map(({ type }) => type)).toEqual([ToolExecutionProgressed.type, ToolExecutionFailed.type]));
    expect(told(id)[0]?.data).toMatchObject({ kind: 'cancelled', by: { type: 'user', id: 'tester' } });
  });

  it('ends what waits, of which nothing can have happened', async () => {
    const id = await decided({ outcome: 'approval_required' });
    expect(await cancel(id)).toMatchObject({ status: 202, body: { error: { code: 'CANCELLED', effect: 'none', retryable: true } } });
  });

  it('is told once, however often it is asked', async () => {
    const id = await decided();
    const answers = await Promise.all([cancel(id), cancel(id), cancel(id)]);
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
    const last = await decided();
    await cancel(last);
    await eventually(() => expect(told(last)).toHaveLength(2));
    expect(told(id)).toHaveLength(2);
  });

  it('files what the worker reports afterwards, and changes nothing', async () => {
    const id = await decided();
    await cancel(id);
    await service.deliver(OnToolInvocationReported, [report(id)]);
    const kinds = () => service.published(ToolExecutionProgressed).filter(({ subject }) => subject === id).map(({ data }) => data.kind).sort();
    await eventually(() => expect(kinds()).toEqual(['cancelled', 'late_report']));
    expect(await service.http({ method: 'GET', url: `/api/tools/executions/${id}` })).toMatchObject({ body: { status: 'failed', output: null } });
  });

  it('refuses what has ended by itself', async () => {
    const id = await decided();
    await service.deliver(OnToolInvocationReported, [report(id)]);
    expect(await cancel(id)).toMatchObject({ status: 409, body: { code: 'EXECUTION_FINAL' } });
  });

  it('knows no other tenant’s, and leaves them running', async () => {
    const id = await decided();
    expect(await cancel(id, { tenantId: 'acme' })).toMatchObject({ status: 404 });
    expect(await cancel('no-id')).toMatchObject({ status: 404 });
    expect(await service.http({ method: 'GET', url: `/api/tools/executions/${id}` })).toMatchObject({ body: { status: 'running' } });
  });

  it('is for those who may execute', async () => {
    expect(await cancel(await decided(), { roles: ['viewer'] })).toMatchObject({ status: 403 });
  });
});
