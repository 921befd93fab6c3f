import { testGateway } from '../testing/test-gateway.js';
import { aliasOf, forwardedRoutes, withoutAlias } from './forwarded-routes.js';

describe('forwarding', () => {
  const gateway = testGateway();

  it('passes a request on byte by byte, with the headers that concern the service and no others', async () => {
    gateway.registry.on('PUT /api/tools/echo', { headers: { etag: '"2"', 'x-secret': 'inner', 'set-cookie': 'a=b' }, body: { name: 'echo' } });
    const text = '{ "name" : "echo",\n "description": "\\u00e9" }';
    const answer = await gateway.app.inject({
      method: 'PUT',
      url: '/api/tools/echo',
      headers: { authorization: 'Bearer tp_good', 'content-type': 'application/json', 'if-match': '"1"', cookie: 'c=1', 'x-other': '1' },
      payload: text,
    });
    expect([answer.statusCode, answer.headers['etag'], answer.json()]).toEqual([200, '"2"', { name: 'echo' }]);
    expect(answer.headers['x-secret']).toBeUndefined();
    expect(answer.headers['set-cookie']).toBeUndefined();
    const [passed] = gateway.registry.requests('PUT /api/tools/echo');
    expect(passed?.text).toBe(text);
    expect(passed?.headers).toMatchObject({ 'if-match': '"1"', 'content-type': 'application/json' });
    expect(passed?.headers.cookie).toBeUndefined();
    expect(passed?.headers['x-other']).toBeUndefined();
  });

  it('passes the query and a problem as they are', async () => {
    gateway.registry.on('GET /api/tools', { status: 400, body: { code: 'CURSOR_INVALID' } });
    const answer = await gateway.send({ method: 'GET', url: '/api/tools?status=enabled&q=a%20b&cursor=%E2%82%AC' });
    expect(answer).toMatchObject({ status: 400, body: { code: 'CURSOR_INVALID' } });
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(gateway.registry.requests('GET /api/tools')[0]?.url).toBe('/api/tools?status=enabled&q=a%20b&cursor=%E2%82%AC');
  });

  it('serves tools under /api/v2 too, from the same place', async () => {
    gateway.registry.on('GET /api/tools', { body: { items: [], next: null } });
    gateway.execution.on('GET /api/tools/executions', { body: { items: [], next: null } });
    expect(await gateway.send({ method: 'GET', url: '/api/v2/tools?limit=1' })).toMatchObject({ status: 200 });
    expect(gateway.registry.requests('GET /api/tools')[0]?.url).toBe('/api/tools?limit=1');
    expect(await gateway.send({ method: 'GET', url: '/api/v2/tools/executions' })).toMatchObject({ status: 200 });
    expect(await gateway.send({ method: 'GET', url: '/api/v2/tenants' })).toMatchObject({ status: 404 });
  });

  it('refuses what no service should see: a wrong content type, too much, an unknown path or method, internal paths', async () => {
    const headers = { authorization: 'Bearer tp_good' };
    const post = (type: string, payload: string) => gateway.app.inject({ method: 'POST', url: '/api/tools', headers: { ...headers, 'content-type': type }, payload });
    expect((await post('text/plain', 'x')).statusCode).toBe(415);
    expect((await post('application/json', `"${'x'.repeat(327_680)}"`)).statusCode).toBe(413);
    expect(await gateway.send({ method: 'GET', url: '/api/nothing' })).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
    expect(await gateway.send({ method: 'PATCH', url: '/api/tools/echo' })).toMatchObject({ status: 405, headers: { allow: expect.stringContaining('PUT') as string } });
    for (const url of ['/internal/tokens', '/internal/executions', '/metrics', '/api/../internal/tokens']) {
      expect((await gateway.send({ method: 'POST', url })).status).toBe(404);
    }
    expect(gateway.registry.requests('POST /api/tools')).toEqual([]);
  });

  it('answers 503 where the service is away', async () => {
    gateway.registry.on('GET /api/tools/echo', () => new Promise(() => undefined));
    const answering = gateway.send({ method: 'GET', url: '/api/tools/echo' });
    await new Promise((resolve) => setTimeout(resolve, 200));
    await gateway.registry.stop();
    expect(await answering).toMatchObject({ status: 503, body: { code: 'DEPENDENCY_DOWN' } });
    expect(await gateway.send({ method: 'GET', url: '/api/tools/echo' })).toMatchObject({ status: 503, headers: { 'retry-after': '2' } });
  });
});

describe('forwardedRoutes', () => {
  const document = (...paths: readonly [string, string][]) => ({
    openapi: '3.1.0' as const,
    info: {},
    components: {},
    paths: Object.fromEntries(paths.map(([path, method]) => [path, { [method]: { 'x-permission': 'tools:read' } }])),
  });

  it('takes public routes, not those answered here, and each once', () => {
    const routes = forwardedRoutes(
      [
        { service: 'registry', document: document(['/api/tools/{tool}', 'get'], ['/internal/tokens', 'post'], ['/readyz', 'get']) },
        { service: 'execution', document: document(['/api/tools/executions/{id}', 'get'], ['/api/tools/{other}', 'get']) },
      ],
      [{ method: 'GET', path: '/api/tools/executions/{execution}' }],
    );
    expect(routes).toEqual([{ service: 'registry', method: 'GET', path: '/api/tools/{tool}', permission: 'tools:read' }]);
  });

  it('knows which paths have an alias', () => {
    expect(aliasOf('/api/tools')).toBe('/api/v2/tools');
    expect(aliasOf('/api/toolkits/{toolkit}')).toBe('/api/v2/toolkits/{toolkit}');
    expect(aliasOf('/api/toolsmith')).toBeNull();
    expect(withoutAlias('/api/v2/tools/x?a=/api/v2/')).toBe('/api/tools/x?a=/api/v2/');
  });
});
