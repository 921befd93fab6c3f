import type { FakeAnswer, SeenRequest } from '../testing/fake-service.js';
import { testGateway } from '../testing/test-gateway.js';

const ID = '0910f337-bcfe-5d40-bebe-04bd023aed9b';
const STORED = { tool: 't1', payload: { text: 'hi', pin: { $sealed: 'a.b.c.d.e' } }, agent: 'analysis', sessionId: null, exceptionId: 'case-1', correlationId: ID };
const CHECK = { toolId: 't1', toolName: 'echo', toolVersion: '1.0.0', sensitive: { input: ['/pin'], output: [] } };

describe('running an execution again', () => {
  const gateway = testGateway();
  const accept = ({ body }: SeenRequest): FakeAnswer => ({ status: 202, body: { record: { id: body['executionId'], status: 'requested' } } });
  beforeEach(() => {
    gateway.validation.on('POST /internal/checks', { body: CHECK });
    gateway.execution.on('POST /internal/executions', accept);
    gateway.execution.on(`GET /internal/executions/${ID}/request`, { body: STORED });
  });
  const rerun = (body: object = {}, headers: Record<string, string> = {}) =>
    gateway.send<{ id: string; code?: string }>({ method: 'POST', url: `/api/tools/executions/${ID}/rerun`, body, headers });
  const handed = () => gateway.execution.requests('POST /internal/executions').at(-1);

  it('sends what it was asked for, checked anew, as a new execution', async () => {
    const { status, body } = await rerun({}, { 'idempotency-key': 'k-1' });
    expect(status).toBe(202);
    expect(body.id).not.toBe(ID);
    expect(gateway.validation.requests('POST /internal/checks').at(-1)?.body).toEqual({ tool: 't1', payload: STORED.payload, agent: 'analysis' });
    expect(handed()).toMatchObject({
      headers: { 'idempotency-key': 'k-1' },
      body: { path: `/api/tools/executions/${ID}/rerun`, request: { payload: STORED.payload, agent: 'analysis', exceptionId: 'case-1', correlationId: ID } },
    });
    expect(handed()?.body['request']).not.toHaveProperty('sessionId');
  });

  it('takes another payload and version', async () => {
    await rerun({ payload: { text: 'other' }, version: '2.0.0' });
    expect(handed()?.body).toMatchObject({ request: { payload: { text: 'other' }, version: '2.0.0' } });
  });

  it('hands back what execution says of an id it does not know, and refuses a body that says more', async () => {
    gateway.execution.on(`GET /internal/executions/${ID}/request`, { status: 404, body: { code: 'NOT_FOUND' } });
    expect(await rerun()).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
    expect((await rerun({ tool: 'other' })).status).toBe(400);
  });
});
