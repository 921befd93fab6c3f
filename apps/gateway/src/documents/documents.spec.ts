import { validate } from '@readme/openapi-parser';
import { compileSchema } from '@toolplane/security/schemas';
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

  it('shows of every body and every answer a value that its schema takes', async () => {
    const { body } = await get<{ paths: object; components: { schemas: Record<string, object> } }>('/api/openapi.json');
    const described = [...contentsOf(body.paths)].filter(({ schema }) => schema !== undefined);
    expect(described.length).toBeGreaterThan(60);
    const faults = described.flatMap(({ schema, example, at }) => {
      const compiled = compileSchema({ type: 'object', properties: { it: whole(schema, body.components.schemas) } });
      return compiled.ok ? compiled.check({ it: example }).map(({ pointer, detail }) => `${at} ${pointer}: ${detail}`) : compiled.errors.map(({ pointer, detail }) => `${at} does not compile: ${pointer} ${detail}`);
    });
    expect(faults).toEqual([]);
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

/** With what it refers to in its place. */
const whole = (schema: unknown, named: Readonly<Record<string, object>>): unknown => {
  if (typeof schema !== 'object' || schema === null) return schema;
  if (Array.isArray(schema)) return schema.map((item) => whole(item, named));
  const { $ref } = schema as { $ref?: unknown };
  if (typeof $ref === 'string') return whole(named[$ref.replace('#/components/schemas/', '')], named);
  return Object.fromEntries(Object.entries(schema).map(([key, member]) => [key, whole(member, named)]));
};

interface Content { readonly at: string; readonly schema?: object; readonly example?: unknown }

/** Every media type of every body and answer that is no problem. */
function* contentsOf(value: unknown, at = ''): Generator<Content> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, member] of Object.entries(value as Record<string, object>)) {
    if (key === 'content') for (const [type, content] of Object.entries(member)) { if (!type.includes('problem')) yield { at: `${at} ${type}`, ...(content as object) }; }
    else if (key !== 'schema' && key !== 'example') yield* contentsOf(member, `${at}/${key}`);
  }
}

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
