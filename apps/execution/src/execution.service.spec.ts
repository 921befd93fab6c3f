import {
  ToolExecutionCompleted, ToolExecutionDecided, ToolExecutionFailed, ToolExecutionProgressed, ToolInvocationDispatched, ToolInvocationReported,
} from '@toolplane/contracts/events';
import { wireError } from '@toolplane/contracts/errors';
import { newId } from '@toolplane/contracts/ids';
import { golden } from '@toolplane/contracts/testing';
import { testService } from '@toolplane/service-kit/testing';
import { OnToolExecutionDecided } from './dispatch/on-tool-execution-decided.js';
import { executionConfig } from './execution.config.js';
import { executionMigrations } from './execution.migrations.js';
import { ExecutionModule } from './execution.module.js';
import { OnToolInvocationReported } from './settle/on-tool-invocation-reported.js';

const service = testService(ExecutionModule, { definition: executionConfig, database: { service: 'execution', migrations: executionMigrations } });

const decision = (id: string, overrides = {}) => ({ ...golden(ToolExecutionDecided, { executionId: id, outcome: 'allowed', ...overrides }), id: newId(), tenantid: 'demo' });
const report = (id: string, attempt = 1, overrides = {}) =>
  ({ ...golden(ToolInvocationReported, { executionId: id, attempt, status: 'succeeded', output: { text: 'hi' }, ...overrides }), id: newId(), tenantid: 'demo' });
const about = <E extends { subject?: string }>(id: string, events: readonly E[]): readonly E[] => events.filter(({ subject }) => subject === id);

describe('the path through execution', () => {
  it('dispatches what was decided, to the topic of its provider, under an id that a repeat shares', async () => {
    const event = decision(newId());
    const { executionId, tool } = event.data;
    await service.deliver(OnToolExecutionDecided, [event, event]);
    await service.deliver(OnToolExecutionDecided, [event]);
    const dispatched = about(executionId, service.published(ToolInvocationDispatched));
    expect(new Set(dispatched.map((each) => JSON.stringify(each))).size).toBe(1);
    expect(dispatched[0]).toMatchObject({
      topic: `tool.invocation.dispatched.${tool?.provider}.v1`, data: { attempt: 1, idempotencyKey: executionId, input: event.data.input },
    });
  });

  it('completes an execution once, however often the report is delivered', async () => {
    const id = newId();
    const done = report(id);
    await service.deliver(OnToolExecutionDecided, [decision(id)]);
    await service.deliver(OnToolInvocationReported, [done, done]);
    await service.deliver(OnToolInvocationReported, [done]);
    const completed = about(id, service.published(ToolExecutionCompleted));
    expect(new Set(completed.map((each) => JSON.stringify(each))).size).toBe(1);
    expect(completed[0]?.data).toMatchObject({ status: 'succeeded', output: { text: 'hi' }, attempts: 1 });
  });

  it('fails what was rejected, with the code of the rule', async () => {
    const id = newId();
    const error = wireError('TOOL_DISABLED');
    await service.deliver(OnToolExecutionDecided, [decision(id, { outcome: 'rejected', error: { ...error, errors: [] } })]);
    expect(about(id, service.published(ToolExecutionFailed))).toMatchObject([{ data: { status: 'failed', attempts: 0, error: { code: 'TOOL_DISABLED' } } }]);
    expect(about(id, service.published(ToolInvocationDispatched))).toEqual([]);
  });

  it('puts the next attempt into the outbox, with its due time, and files the report that comes too late', async () => {
    const id = newId();
    await service.deliver(OnToolExecutionDecided, [decision(id)]);
    await service.deliver(OnToolInvocationReported, [report(id, 1, { status: 'not_started', output: undefined })]);
    const [waiting] = await service.database.query<{ event: { data: unknown }; due: boolean }>(
      `select event, due_at > now() as due from execution.outbox where event ->> 'subject' = '${id}'`);
    expect(waiting?.event.data).toMatchObject({ executionId: id, attempt: 2 });
    await service.deliver(OnToolInvocationReported, [report(id, 1)]);
    expect(about(id, service.published(ToolExecutionProgressed)).map(({ data }) => data.kind)).toEqual(['retry_scheduled', 'late_report']);
    expect(about(id, service.published(ToolExecutionCompleted))).toEqual([]);
  });

  it('sends the answer to the ingress that asked for its own, too', async () => {
    const id = newId();
    await service.deliver(OnToolExecutionDecided, [decision(id, { answerTopic: 'tool.execution.answered.v1.orders' })]);
    await service.deliver(OnToolInvocationReported, [report(id)]);
    const completed = about(id, service.published(ToolExecutionCompleted)) as readonly { topic?: string; id: string }[];
    expect(completed.map(({ topic }) => topic)).toEqual([undefined, 'tool.execution.answered.v1.orders']);
    expect(new Set(completed.map((each) => each.id)).size).toBe(1);
  });

  it('lets a large output travel as a reference, which can be read', async () => {
    const id = newId();
    const output = { text: 'x'.repeat(300_000) };
    await service.deliver(OnToolExecutionDecided, [decision(id)]);
    await service.deliver(OnToolInvocationReported, [report(id, 1, { output })]);
    const [completed] = about(id, service.published(ToolExecutionCompleted));
    expect(completed?.data).toMatchObject({ output: null, outputRef: { url: `/api/tools/executions/${id}/output`, bytes: 300_011 } });
    expect((await service.http({ method: 'GET', url: `/api/tools/executions/${id}/output` })).body).toEqual(output);
  });

  it('redacts the fields that the schema marks, in the event and in the record', async () => {
    const id = newId();
    const event = decision(id, { input: { text: 'hi', pin: '1234' } });
    const tool = event.data.tool && { ...event.data.tool, sensitive: { input: ['/pin'], output: [] } };
    await service.deliver(OnToolExecutionDecided, [{ ...event, data: { ...event.data, tool } }]);
    await service.deliver(OnToolInvocationReported, [report(id)]);
    const [completed] = about(id, service.published(ToolExecutionCompleted));
    expect(completed?.data).toMatchObject({ input: { text: 'hi', pin: '[redacted]' }, redactions: [{ pointer: '/input/pin' }] });
    const { body } = await service.http({ method: 'GET', url: `/api/tools/executions/${id}` });
    expect(body).toMatchObject({ input: { text: 'hi', pin: '[redacted]' }, status: 'succeeded' });
  });
});

describe('accepting over HTTP', () => {
  const check = { toolId: newId(), toolName: 'echo', toolVersion: '1.0.0', sensitive: { input: [], output: [] } };
  const post = (key: string | null, overrides: { executionId?: string; request?: object; path?: string } = {}, as = {}) =>
    service.http<{ record: { id: string; status: string }; code?: string }>({
      method: 'POST', url: '/internal/executions', as, headers: key === null ? {} : { 'idempotency-key': key },
      body: { executionId: newId(), check, path: '/api/tools/echo/execute', request: { payload: { text: 'hi' } }, ...overrides },
    });

  it('stores the execution and publishes the request from the outbox', async () => {
    const { status, body } = await post(null);
    expect(status).toBe(202);
    expect(body.record).toMatchObject({ status: 'requested', toolName: 'echo', requestedBy: { type: 'user', id: 'tester' } });
    const { body: read } = await service.http({ method: 'GET', url: `/api/tools/executions/${body.record.id}` });
    expect(read).toEqual(body.record);
  });

  it('makes one execution of fifty concurrent requests with one key', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => post('fifty')));
    expect(answers.every(({ status }) => status === 202)).toBe(true);
    expect(new Set(answers.map(({ body }) => body.record.id)).size).toBe(1);
    expect(answers.filter(({ headers }) => headers['idempotent-replayed'] === 'true')).toHaveLength(49);
  });

  it('refuses a key that stands for another body or path, and keeps tenants’ keys apart', async () => {
    await post('key-1');
    for (const other of [{ request: { payload: { text: 'other' } } }, { path: '/api/tools/other/execute' }]) {
      expect(await post('key-1', other)).toMatchObject({ status: 422, body: { code: 'IDEMPOTENCY_KEY_REUSED' } });
    }
    expect((await post('key-1', {}, { tenantId: 'acme' })).headers['idempotent-replayed']).toBeUndefined();
  });

  it('refuses an execution id that stands for another request, and leaves its key free', async () => {
    const executionId = newId();
    await post(null, { executionId });
    expect((await post(null, { executionId })).headers['idempotent-replayed']).toBe('true');
    const other = { executionId, request: { payload: { text: 'other' } } };
    expect(await post('key-2', other)).toMatchObject({ status: 409, body: { code: 'EXECUTION_ID_CONFLICT' } });
    expect((await post('key-2')).status).toBe(202);
  });

  it('takes the decision of what it accepted', async () => {
    const { body } = await post(null);
    const [row] = await service.database.query<{ request_digest: string }>(`select request_digest from execution.executions where id = '${body.record.id}'`);
    await service.deliver(OnToolExecutionDecided, [decision(body.record.id, { requestDigest: row?.request_digest })]);
    await service.deliver(OnToolInvocationReported, [report(body.record.id)]);
    expect(about(body.record.id, service.published(ToolExecutionCompleted))).toHaveLength(1);
  });

  it('lets a key act for others, and as another agent, only where that was granted', async () => {
    const actor = { type: 'user', id: 'alice' };
    expect(await post(null, { request: { payload: {}, actor } })).toMatchObject({ status: 403 });
    expect(await post(null, { request: { payload: {}, actor } }, { mayActFor: true })).toMatchObject({ status: 202, body: { record: { actor } } });
    expect(await post(null, { request: { payload: {}, agent: 'other' } }, { agent: 'analysis' })).toMatchObject({ status: 403 });
    expect(await post(null, {}, { agent: 'analysis' })).toMatchObject({ status: 202, body: { record: { agent: 'analysis' } } });
  });
});

describe('reading', () => {
  it('answers a foreign id exactly as an unknown one', async () => {
    const id = newId();
    await service.deliver(OnToolExecutionDecided, [decision(id)]);
    const [foreign, unknown, none] = await Promise.all([id, newId(), 'not-an-id'].map((each) =>
      service.http<{ traceId: string }>({ method: 'GET', url: `/api/tools/executions/${each}`, as: { tenantId: 'acme' } })));
    for (const each of [foreign, unknown, none]) {
      expect(each?.status).toBe(404);
      expect({ ...each?.body, traceId: '' }).toEqual({ ...unknown?.body, traceId: '' });
    }
  });

  it('lists newest first, filtered, page by page, without a gap or a repeat', async () => {
    const ids = Array.from({ length: 7 }, () => newId());
    await service.deliver(OnToolExecutionDecided, ids.map((id) => decision(id, { exceptionId: 'case-9' })));
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: { items: { id: string }[]; next: string | null } = (await service.http<{ items: { id: string }[]; next: string | null }>({
        method: 'GET', url: `/api/tools/executions?exceptionId=case-9&status=running&status=failed&limit=3${cursor && `&cursor=${cursor}`}`,
      })).body;
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.next;
    }
    expect([...seen].sort()).toEqual([...ids].sort());
    expect((await service.http({ method: 'GET', url: '/api/tools/executions?exceptionId=case-9', as: { tenantId: 'acme' } })).body).toEqual({ items: [], next: null });
  });

  it.each(['status=nonsense', 'cursor=nonsense', 'nonsense=1', 'limit=1000', 'from=yesterday'])('refuses %s', async (query) => {
    expect((await service.http({ method: 'GET', url: `/api/tools/executions?${query}` })).status).toBe(400);
  });
});
