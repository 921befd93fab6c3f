import { wireError } from '@toolplane/contracts/errors';
import { EXECUTION, FakeGateway, record } from '../testing/fake-gateway.js';
import { ToolplaneClient } from './toolplane-client.js';

const gateway = new FakeGateway();
beforeAll(() => gateway.start());
afterAll(() => gateway.stop());
const client = (): ToolplaneClient => new ToolplaneClient({ baseUrl: gateway.url, apiKey: 'tp_key', random: () => 0 });
const call = { tool: 'echo', payload: { text: 'hi' }, run: 'case-9', step: 'refund', waitMs: 5_000 };
const AWAY = { name: 'DependencyDown', dependency: 'toolplane' };

describe('calling a tool over HTTP', () => {
  it('sends the request with a key made of run and step, and gives the output', async () => {
    gateway.answers({ status: 200, body: record({ status: 'succeeded', output: { text: 'hi' } }) });
    const result = await client().callTool({ ...call, exceptionId: 'e', deadline: new Date(0) });
    expect(result).toMatchObject({ status: 'succeeded', executionId: EXECUTION, output: { text: 'hi' }, source: { id: EXECUTION } });
    expect(gateway.seen).toMatchObject([
      {
        method: 'POST', url: '/api/tools/echo/execute',
        headers: { authorization: 'Bearer tp_key', 'idempotency-key': '6:case-9:refund:1', prefer: expect.stringMatching(/^wait=\d+$/) as string },
        body: { payload: { text: 'hi' }, exceptionId: 'e', correlationId: 'case-9', deadline: '1970-01-01T00:00:00.000Z' },
      },
    ]);
  });

  it('sends the very same again where nobody answered or nothing was accepted', async () => {
    gateway.answers('reset', { status: 503, headers: { 'retry-after': '0' } }, { status: 429, headers: { 'retry-after': '0' } }, { status: 200, body: record({ status: 'succeeded' }) });
    expect(await client().callTool(call)).toMatchObject({ status: 'succeeded' });
    expect(gateway.seen).toHaveLength(4);
    expect(new Set(gateway.seen.map(({ headers, body }) => JSON.stringify([headers['idempotency-key'], body]))).size).toBe(1);
  });

  it('waits for as long as was asked for between two tries', async () => {
    gateway.answers({ status: 503, headers: { 'retry-after': '1' } }, { status: 200, body: record({ status: 'succeeded' }) });
    const begun = performance.now();
    await client().callTool(call);
    expect(performance.now() - begun).toBeGreaterThan(950);
  });

  it('polls until the execution has ended, through an approval and a broken connection', async () => {
    gateway.answers(
      { status: 202, body: record({ status: 'awaiting_approval' }) }, 'reset', { status: 200, body: record() },
      { status: 200, body: record({ status: 'failed', error: { ...wireError('PROVIDER_TIMEOUT'), errors: [] } }) },
    );
    const result = await client().callTool(call);
    expect(result).toMatchObject({ status: 'failed', error: { code: 'PROVIDER_TIMEOUT', effect: 'possible' } });
    expect(gateway.seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST /api/tools/echo/execute', ...Array.from({ length: 3 }, () => `GET /api/tools/executions/${EXECUTION}`),
    ]);
    expect(gateway.seen[3]?.headers.prefer).toMatch(/^wait=/);
  });

  it('says that it is not over yet when the time is', async () => {
    gateway.answers({ status: 202, body: record({ status: 'awaiting_approval' }) });
    expect(await client().callTool({ ...call, waitMs: 0 })).toEqual({ status: 'pending', executionId: EXECUTION, awaitsApproval: true });
  });

  it('waits for an execution that was started before', async () => {
    gateway.answers({ status: 200, body: record() }, { status: 200, body: record({ status: 'succeeded', output: 1 }) });
    expect(await client().waitFor(EXECUTION, { waitMs: 1_000 })).toMatchObject({ status: 'succeeded', output: 1 });
  });

  it('reads an output that is too large for the record', async () => {
    const outputRef = { url: `/api/tools/executions/${EXECUTION}/output`, bytes: 300_000, sha256: 'x' };
    gateway.answers({ status: 200, body: record({ status: 'succeeded', outputRef }) }, { status: 200, body: { large: true } });
    expect(await client().callTool(call)).toMatchObject({ status: 'succeeded', output: { large: true } });
  });

  it.each([400, 401, 403, 404, 413, 422])('gives a %s as a refusal, at once', async (status) => {
    gateway.answers({ status, headers: { 'content-type': 'application/problem+json' }, body: { code: 'SOME_CODE', status, detail: 'no', errors: [] } });
    expect(await client().callTool(call)).toEqual({ status: 'refused', problem: { code: 'SOME_CODE', status, detail: 'no', errors: [] } });
    expect(gateway.seen).toHaveLength(1);
  });

  it('does not take the answer of something in between for one of Toolplane', async () => {
    gateway.answers({ status: 404, headers: { 'content-type': 'text/html' }, body: '<html>' });
    expect(await client().callTool(call)).toMatchObject({ status: 'refused', problem: { status: 404, title: 'Not an answer of Toolplane' } });
  });

  it('says so where nobody answers in time', async () => {
    gateway.answers('reset', 'reset', 'reset', 'reset', 'reset');
    const patient = new ToolplaneClient({ baseUrl: gateway.url, apiKey: 'k', random: () => 1 });
    await expect(patient.callTool({ ...call, waitMs: 300 })).rejects.toMatchObject(AWAY);
    expect(gateway.seen.length).toBe(2);
    await expect(new ToolplaneClient({ baseUrl: 'http://127.0.0.1:1', apiKey: 'k' }).callTool({ ...call, waitMs: 0 })).rejects.toMatchObject(AWAY);
  });

  it('ends when the caller ends it, with the caller’s reason', async () => {
    const ending = new AbortController();
    gateway.answers({ status: 202, body: record() }, () => {
      ending.abort(new Error('enough'));
      return { status: 503, headers: { 'retry-after': '1' } };
    });
    await expect(client().callTool({ ...call, signal: ending.signal })).rejects.toThrow('enough');
    await expect(client().callTool({ ...call, signal: AbortSignal.abort(new Error('never')) })).rejects.toThrow('never');
  });

  it('follows no redirect: the key goes to nobody else', async () => {
    gateway.answers({ status: 302, headers: { location: 'http://127.0.0.1:1/' } });
    await expect(client().execution(EXECUTION)).rejects.toMatchObject(AWAY);
  });
});

describe('reading', () => {
  it('gives the body, or throws the problem', async () => {
    gateway.answers({ status: 200, body: { items: [], next: null } }, { status: 404, body: { code: 'NOT_FOUND', detail: 'no', status: 404 } });
    expect(await client().executions({ status: ['failed', 'running'], exceptionId: 'a b', limit: 5, tool: undefined })).toEqual({ items: [], next: null });
    expect(gateway.seen[0]?.url).toBe('/api/tools/executions?status=failed&status=running&exceptionId=a+b&limit=5');
    await expect(client().tool('a/b')).rejects.toMatchObject({ name: 'ApiProblem', problem: { code: 'NOT_FOUND' } });
    expect(gateway.seen[1]?.url).toBe('/api/tools/a%2Fb');
  });
});
