import { validate } from '@readme/openapi-parser';
import { testGateway } from '../testing/test-gateway.js';
import { unionOf } from './union.js';

describe('what the product says about itself', () => {
  const gateway = testGateway();
  const get = <Body>(url: string) => gateway.send<Body>({ method: 'GET', url, headers: { authorization: '' } });

  it('is a valid OpenAPI 3.1 document of every public route, without a credential', async () => {
    const { status, body } = await get<{ openapi: string; paths: Record<string, Record<string, { 'x-permission'?: string | null }>> }>('/api/openapi.json');
    expect(status).toBe(200);
    expect(body.openapi).toBe('3.1.0');
    expect(Object.keys(body.paths)).toEqual(expect.arrayContaining(['/api/tools/{tool}/execute', '/api/tools/executions/{id}', '/api/tools', '/api/me', '/livez']));
    expect(Object.keys(body.paths).filter((path) => path.startsWith('/internal') || path === '/metrics')).toEqual([]);
    const validated = await validate(structuredClone(body) as never);
    expect(validated).toMatchObject({ valid: true });
  });

  it('names a permission for every route that is not public', async () => {
    const { body } = await get<{ paths: Record<string, Record<string, { 'x-permission'?: string | null; security: unknown[] }>> }>('/api/openapi.json');
    for (const operations of Object.values(body.paths)) {
      for (const operation of Object.values(operations)) expect(operation['x-permission'] === null).toBe(operation.security.length === 0);
    }
  });

  it('has the events, the version and a page for people', async () => {
    expect(await get('/api/asyncapi.json')).toMatchObject({ status: 200, body: { asyncapi: '3.0.0' } });
    expect(await get('/api/version')).toMatchObject({ status: 200, body: { name: 'toolplane', version: expect.any(String) as string } });
    const page = await get<string>('/api/docs');
    expect(page.headers['content-type']).toContain('text/html');
    expect(page.body).toContain('/api/tools/{tool}/execute');
    expect(page.body).not.toContain('<script');
  });

  it('forbids framing and sniffing, on errors too', async () => {
    for (const url of ['/api/version', '/api/nothing', '/api/tools']) {
      expect((await get(url)).headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY', 'cache-control': 'no-store' });
    }
  });
});

describe('unionOf', () => {
  const part = (name: string, schema: object) => ({
    name,
    document: {
      openapi: '3.1.0' as const,
      info: {},
      paths: { [`/api/${name}`]: { get: { responses: { 200: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } } } } } } },
      components: { schemas: { Thing: schema } },
    },
  });

  it('keeps two schemas of one name apart, and says an equal one once', () => {
    const { components, paths } = unionOf([part('a', { type: 'object' }), part('b', { type: 'object' }), part('c', { type: 'string' })], {});
    expect(components['schemas']).toEqual({ Thing: { type: 'object' }, CThing: { type: 'string' } });
    expect(JSON.stringify(paths['/api/b'])).toContain('"#/components/schemas/Thing"');
    expect(JSON.stringify(paths['/api/c'])).toContain('"#/components/schemas/CThing"');
  });
});
