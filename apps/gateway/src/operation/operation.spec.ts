import request from 'supertest';
import { testGateway } from '../testing/test-gateway.js';
import { OperatorServer } from './operator-server.js';

describe('how the whole is', () => {
  const gateway = testGateway();
  const ok = { status: 'ok', checks: [] };
  const names = ['registry', 'validation', 'execution', 'audit'] as const;
  const ready = async () => {
    await new Promise((resolve) => setTimeout(resolve, 600));
    return gateway.send<{ status: string; checks: { name: string; status: string; detail: unknown }[] }>({ method: 'GET', url: '/readyz', headers: { authorization: '' } });
  };

  beforeEach(() => {
    for (const name of names) gateway[name].on('GET /readyz', { body: ok });
  });

  it('is told on the public port without a credential, service by service', async () => {
    const { body } = await ready();
    expect(body.checks.filter(({ name }) => (names as readonly string[]).includes(name)).map(({ name, status }) => [name, status])).toEqual(names.map((name) => [name, 'ok']));
  });

  it('is down where one service is, with that service’s own reason', async () => {
    const checks = [{ name: 'database', status: 'down', since: '2026-11-20T12:00:00.000Z', detail: 'database cannot be reached' }];
    gateway.audit.on('GET /readyz', { status: 503, body: { status: 'down', checks } });
    const { status, body } = await ready();
    expect(status).toBe(503);
    expect(body.checks).toContainEqual(expect.objectContaining({ name: 'audit', status: 'down', detail: 'database: database cannot be reached' }));
  });

  it('is not asked of every service at every question', async () => {
    const ask = () => gateway.send({ method: 'GET', url: '/readyz' });
    await new Promise((resolve) => setTimeout(resolve, 600));
    await Promise.all(Array.from({ length: 20 }, ask));
    expect(gateway.registry.requests('GET /readyz')).toHaveLength(1);
  });

  it('keeps metrics off the public port, and serves them with its own health on another', async () => {
    expect(await gateway.send({ method: 'GET', url: '/metrics' })).toMatchObject({ status: 404 });
    const operator = request(gateway.get(OperatorServer).url);
    expect((await operator.get('/metrics')).text).toContain('toolplane_http_request_seconds');
    expect((await operator.get('/livez')).status).toBe(200);
    expect((await operator.get('/readyz')).body).toMatchObject({ checks: expect.any(Array) as unknown });
    expect((await operator.get('/api/tools')).status).toBe(404);
  });
});
