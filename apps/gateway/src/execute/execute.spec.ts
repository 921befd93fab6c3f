import { setTimeout as sleep } from 'node:timers/promises';
import { ToolAuditRecorded, ToolExecutionCompleted, ToolExecutionFailed } from '@toolplane/contracts/events';
import type { ExecutionRecord } from '@toolplane/contracts/http';
import { golden } from '@toolplane/contracts/testing';
import { eventually, testCaller, testToken } from '@toolplane/service-kit/testing';
import type { FakeAnswer, SeenRequest } from '../testing/fake-service.js';
import { KEY, testGateway } from '../testing/test-gateway.js';
import { OnToolAuditRecorded } from './on-tool-audit-recorded.js';
import { OnToolExecutionCompleted } from './on-tool-execution-completed.js';
import { OnToolExecutionFailed } from './on-tool-execution-failed.js';
import { Waiters } from './waiters.js';

const CHECKS = 'POST /internal/checks';
const ACCEPT = 'POST /internal/executions';
const ID = '0910f337-bcfe-5d40-bebe-04bd023aed9b';
const CHECK = { toolId: 't1', toolName: 'echo', toolVersion: '1.0.0', sensitive: { input: [], output: [] } };

type Record_ = Pick<ExecutionRecord, 'id' | 'status'>;
const recordOf = (id: string, status: ExecutionRecord['status']): Record_ => ({ id, status });

describe('executing over HTTP', () => {
  const gateway = testGateway();
  /** What `execution` says when it is asked for a record. */
  let status: ExecutionRecord['status'];

  beforeEach(() => {
    status = 'running';
    gateway.validation.on(CHECKS, { body: CHECK });
    gateway.execution.on(ACCEPT, accept);
    gateway.execution.on(`GET /api/tools/executions/${ID}`, () => ({ body: recordOf(ID, status) }));
  });
  const accept = ({ body }: SeenRequest): FakeAnswer => ({ status: 202, body: { record: recordOf(body['executionId'] as string, 'requested') } });

  const execute = (headers: Record<string, string> = {}, body: object = {}, tool = 'echo') =>
    gateway.send<Record_ & { code?: string; errors?: unknown }>({ method: 'POST', url: `/api/tools/${tool}/execute`, headers, body: { payload: { text: 'hi' }, ...body } });
  const waiting = () => eventually(() => expect(gateway.get(Waiters).size).toBe(1));
  const end = (as: 'succeeded' | 'failed') => {
    status = as;
    return as === 'succeeded'
      ? gateway.deliver(OnToolExecutionCompleted, [{ ...golden(ToolExecutionCompleted, { executionId: ID }), tenantid: 'demo' }])
      : gateway.deliver(OnToolExecutionFailed, [{ ...golden(ToolExecutionFailed, { executionId: ID }), tenantid: 'demo' }]);
  };

  afterEach(() => expect(gateway.get(Waiters).size).toBe(0));

  it('answers 202 with the record and where it is', async () => {
    const answer = await execute();
    expect(answer).toMatchObject({ status: 202, body: { status: 'requested' } });
    expect(answer.body.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    expect(answer.headers['location']).toBe(`/api/tools/executions/${answer.body.id}`);
    expect(answer.headers['preference-applied']).toBeUndefined();
  });

  it('checks first, then hands over what was checked, under the caller’s token', async () => {
    await execute({ 'idempotency-key': 'k-1' }, { version: '1.0.0', agent: 'analysis', executionId: ID.toUpperCase() });
    expect(gateway.validation.requests(CHECKS)[0]?.body).toEqual({ tool: 'echo', payload: { text: 'hi' }, version: '1.0.0', agent: 'analysis' });
    const [handed] = gateway.execution.requests(ACCEPT);
    expect(handed?.body).toMatchObject({ executionId: ID, check: CHECK, request: { payload: { text: 'hi' }, version: '1.0.0' }, path: '/api/tools/echo/execute' });
    expect(handed?.headers).toMatchObject({ 'idempotency-key': 'k-1', traceparent: expect.stringMatching(/^00-/) as string });
    expect(handed?.headers['x-toolplane-token']).toBe(gateway.validation.requests(CHECKS)[0]?.headers['x-toolplane-token']);
  });

  it('is refused to a key that says it acts for others, or as another agent than its own, before anybody is asked', async () => {
    const bearer = (overrides: object) =>
      gateway.registry.on('POST /internal/tokens', async () => {
        const caller = testCaller(overrides);
        return { body: { token: await testToken(caller), expiresAt: new Date(Date.now() + 60_000).toISOString(), caller } };
      });
    const actor = { type: 'user', id: 'mary' };
    bearer({});
    expect(await execute({ authorization: 'Bearer tp_plain' }, { actor })).toMatchObject({ status: 403, body: { code: 'FORBIDDEN', errors: [{ pointer: '/actor' }] } });
    bearer({ mayActFor: true });
    expect((await execute({ authorization: 'Bearer tp_acting' }, { actor })).status).toBe(202);
    bearer({ principal: { type: 'agent', id: 'a' }, agent: 'analysis' });
    expect(await execute({ authorization: 'Bearer tp_agent' }, { agent: 'brainstorm' })).toMatchObject({ status: 403, body: { errors: [{ pointer: '/agent' }] } });
    for (const body of [{}, { agent: 'analysis' }]) expect((await execute({ authorization: 'Bearer tp_agent' }, body)).status).toBe(202);
    expect(gateway.validation.requests(CHECKS).map(({ body }) => body['agent'])).toEqual([null, 'analysis', 'analysis']);
    expect(gateway.execution.requests(ACCEPT)).toHaveLength(3);
  });

  it('is the same under /api/v2, for the idempotency key too', async () => {
    const answer = await gateway.send({ method: 'POST', url: '/api/v2/tools/echo/execute', body: { payload: {} } });
    expect(answer.status).toBe(202);
    expect(gateway.execution.requests(ACCEPT)[0]?.body['path']).toBe('/api/tools/echo/execute');
  });

  it.each(['succeeded', 'failed'] as const)('waits for the end and answers 200 with the %s record', async (as) => {
    const answering = execute({ prefer: 'wait=10' }, { executionId: ID });
    await waiting();
    await end(as);
    expect(await answering).toMatchObject({ status: 200, headers: { 'preference-applied': 'wait=10' }, body: { id: ID, status: as } });
  });

  it('does not miss an end that is told before the acceptance is', async () => {
    gateway.execution.on(ACCEPT, async (request) => {
      await end('succeeded');
      return accept(request);
    });
    const started = performance.now();
    expect(await execute({ prefer: 'wait=10' }, { executionId: ID })).toMatchObject({ status: 200 });
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it('answers 202 early where an approval is waited for', async () => {
    const answering = execute({ prefer: 'wait=30' }, { executionId: ID });
    await waiting();
    status = 'awaiting_approval';
    await gateway.deliver(OnToolAuditRecorded, [{ ...golden(ToolAuditRecorded, { executionId: ID, kind: 'decision', approval: { id: 'a', decision: 'pending', by: null, comment: null } }), tenantid: 'demo' }]);
    expect(await answering).toMatchObject({ status: 202, body: { status: 'awaiting_approval' } });
  });

  it('answers 202 when the time is over, and says how long it was at most', async () => {
    expect(await execute({ prefer: 'wait=1' }, { executionId: ID })).toMatchObject({ status: 202, headers: { 'preference-applied': 'wait=1' }, body: { status: 'running' } });
    status = 'succeeded';
    expect(await execute({ prefer: 'wait=600' }, { executionId: ID })).toMatchObject({ status: 200, headers: { 'preference-applied': 'wait=60' } });
  });

  it('looks at the record now and then, in case an event was missed', async () => {
    const answering = execute({ prefer: 'wait=30' }, { executionId: ID });
    await waiting();
    status = 'succeeded';
    expect(await answering).toMatchObject({ status: 200 });
  });

  it('does not wake whoever waits for an execution of that id in another tenant', async () => {
    const answering = execute({ prefer: 'wait=1' }, { executionId: ID });
    await waiting();
    await gateway.deliver(OnToolExecutionCompleted, [{ ...golden(ToolExecutionCompleted, { executionId: ID }), tenantid: 'other' }]);
    expect(await answering).toMatchObject({ status: 202 });
  });

  it('stays accepted where the record cannot be read while waiting', async () => {
    gateway.execution.on(`GET /api/tools/executions/${ID}`, { status: 500, body: {} });
    expect(await execute({ prefer: 'wait=1' }, { executionId: ID })).toMatchObject({ status: 202, body: { status: 'requested' } });
  });

  it('says of a repeat that it is one, and waits for the execution it repeats', async () => {
    gateway.execution.on(ACCEPT, { status: 202, headers: { 'idempotent-replayed': 'true' }, body: { record: recordOf(ID, 'running') } });
    const answering = execute({ prefer: 'wait=10', 'idempotency-key': 'again' });
    await eventually(() => expect(gateway.get(Waiters).size).toBe(2));
    await end('succeeded');
    expect(await answering).toMatchObject({ status: 200, headers: { 'idempotent-replayed': 'true', location: `/api/tools/executions/${ID}` } });
  });

  it.each(['', 'x'.repeat(256), 'two words', 'ümlaut'])('refuses the idempotency key %.20j', async (key) => {
    expect(await execute({ 'idempotency-key': key })).toMatchObject({ status: 400, body: { code: 'REQUEST_MALFORMED' } });
    expect(gateway.execution.seen).toEqual([]);
  });

  it.each([
    ['an unknown property', { tenantId: 'other' }, 400, 'REQUEST_MALFORMED'],
    ['no payload', { payload: undefined }, 422, 'REQUEST_INPUT_INVALID'],
    ['a payload that is no object', { payload: [1] }, 422, 'REQUEST_INPUT_INVALID'],
    ['an id that is none', { executionId: 'x' }, 422, 'REQUEST_INPUT_INVALID'],
    ['a deadline that is none', { deadline: 'soon' }, 422, 'REQUEST_INPUT_INVALID'],
    ['a payload over 256 KiB', { payload: { text: 'x'.repeat(262_144) } }, 413, 'REQUEST_TOO_LARGE'],
  ])('refuses %s', async (_, body, expected, code) => {
    expect(await execute({}, body)).toMatchObject({ status: expected, body: { code } });
    expect(gateway.validation.seen).toEqual([]);
  });

  it('gives the refusal of the check as it is, and accepts nothing', async () => {
    const problem = { status: 422, code: 'REQUEST_INPUT_INVALID', errors: [{ pointer: '/text', detail: 'must be a string' }] };
    gateway.validation.on(CHECKS, { status: 422, body: problem });
    const answer = await execute();
    expect(answer).toMatchObject({ status: 422, body: problem });
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(gateway.execution.seen).toEqual([]);
  });

  it.each([500, 503])('accepts nothing where validation answers %p', async (answered) => {
    gateway.validation.on(CHECKS, { status: answered, headers: { 'retry-after': '1' }, body: { code: 'NOT_READY', status: answered } });
    const answer = await execute();
    expect(answer.status).toBe(503);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect(gateway.execution.seen).toEqual([]);
  });

  it('gives the refusal of a reused key', async () => {
    gateway.execution.on(ACCEPT, { status: 422, body: { code: 'IDEMPOTENCY_KEY_REUSED', status: 422 } });
    expect(await execute({ 'idempotency-key': 'k' })).toMatchObject({ status: 422, body: { code: 'IDEMPOTENCY_KEY_REUSED' } });
  });

  it('gives a tool that the registry knows a second to be known to validation', async () => {
    const notFound: FakeAnswer = { status: 404, body: { code: 'TOOL_NOT_FOUND', status: 404 } };
    gateway.registry.on('GET /internal/tools/new', { body: { id: 't2', name: 'new', currentVersion: '1.0.0' } });
    let asked = 0;
    gateway.validation.on(CHECKS, () => (++asked < 4 ? notFound : { body: CHECK }));
    expect(await execute({}, {}, 'new')).toMatchObject({ status: 202 });
    gateway.validation.on(CHECKS, notFound);
    expect(await execute({}, {}, 'new')).toMatchObject({ status: 404, body: { code: 'TOOL_NOT_FOUND' } });
    const before = gateway.validation.seen.length;
    expect(await execute({}, {}, 'unknown')).toMatchObject({ status: 404 });
    expect(gateway.validation.seen.length).toBe(before + 1);
  });

  it('reads a record, and as a long poll waits for its end', async () => {
    const get = (headers: Record<string, string> = {}) => gateway.send<Record_>({ method: 'GET', url: `/api/tools/executions/${ID}`, headers });
    expect(await get()).toMatchObject({ status: 200, body: { status: 'running' } });
    const polling = get({ prefer: 'wait=10' });
    await waiting();
    await sleep(50);
    await end('succeeded');
    expect(await polling).toMatchObject({ status: 200, headers: { 'preference-applied': 'wait=10' }, body: { status: 'succeeded' } });
    expect(await gateway.send({ method: 'GET', url: '/api/tools/executions/unknown', headers: { prefer: 'wait=10' } })).toMatchObject({ status: 404 });
  });

  it('needs a credential', async () => {
    expect(await execute({ authorization: `Basic ${KEY}` })).toMatchObject({ status: 401 });
  });
});
