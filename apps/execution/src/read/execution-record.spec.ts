import { ToolExecutionDecided, ToolExecutionFailed } from '@toolplane/contracts/events';
import { wireError } from '@toolplane/contracts/errors';
import type { ExecutionRecord } from '@toolplane/contracts/http';
import { newId } from '@toolplane/contracts/ids';
import { golden } from '@toolplane/contracts/testing';
import { testService } from '@toolplane/service-kit/testing';
import { OnToolExecutionDecided } from '../dispatch/on-tool-execution-decided.js';
import { executionConfig } from '../execution.config.js';
import { executionMigrations } from '../execution.migrations.js';
import { ExecutionModule } from '../execution.module.js';

const service = testService(ExecutionModule, { definition: executionConfig, database: { service: 'execution', migrations: executionMigrations } });
const error = { ...wireError('TOOL_VERSION_NOT_FOUND'), errors: [] };
const sealed = { $sealed: 'a..b.c.d' };

/** Of a version that does not exist: nobody knows a schema, and what was sealed by the current one's is sealed all the same. */
const failed = async (input: Record<string, unknown>): Promise<string> => {
  const executionId = newId();
  const decided = { ...golden(ToolExecutionDecided, { executionId, outcome: 'rejected', error, input, tool: null }), id: newId(), tenantid: 'demo' };
  await service.deliver(OnToolExecutionDecided, [decided]);
  return executionId;
};

describe('what is shown of an execution', () => {
  it('never is a sealed value, in the record, the list and the event', async () => {
    const id = await failed({ key: sealed, text: 'hi' });
    const shown = { input: { key: '[redacted]', text: 'hi' }, redactions: [{ pointer: '/input/key', rule: 'schema' }] };
    const { body } = await service.http<ExecutionRecord>({ method: 'GET', url: `/api/tools/executions/${id}` });
    expect(body).toMatchObject(shown);
    const { body: list } = await service.http<{ items: ExecutionRecord[] }>({ method: 'GET', url: '/api/tools/executions?limit=1' });
    expect(list.items[0]).toMatchObject({ id, ...shown });
    expect(service.published(ToolExecutionFailed).find(({ subject }) => subject === id)?.data).toMatchObject(shown);
  });

  it('is the caller’s own whole in the record, and without telling names in the list', async () => {
    const id = await failed({ token: 'mine', text: 'hi' });
    const { body } = await service.http<ExecutionRecord>({ method: 'GET', url: `/api/tools/executions/${id}` });
    expect(body).toMatchObject({ input: { token: 'mine' }, redactions: [] });
    const { body: list } = await service.http<{ items: ExecutionRecord[] }>({ method: 'GET', url: '/api/tools/executions?limit=1' });
    expect(list.items[0]).toMatchObject({ id, input: { token: '[redacted]', text: 'hi' }, redactions: [{ pointer: '/input/token', rule: 'key' }] });
  });
});
