import type { Tool } from '@toolplane/contracts/documents';
import { checkEvent, ToolControlChanged, ToolRegistryChanged } from '@toolplane/contracts/events';
import { eventually } from '@toolplane/service-kit/testing';
import { ADMIN, as, echo, testRegistry } from '../testing/test-registry.js';

interface Problem { readonly code: string; readonly errors: readonly { readonly pointer: string }[] }

describe('tools', () => {
  const registry = testRegistry();
  let count = 0;
  const fresh = (): string => `tool_${(count += 1)}`;
  const create = async (body: object, caller = as('demo')): Promise<Tool> => {
    const { status, body: tool } = await registry.http<Tool>({ method: 'POST', url: '/api/tools', body: { ...echo, ...body }, as: caller });
    expect({ status, tool }).toMatchObject({ status: 201 });
    return tool;
  };
  const get = (tool: string, caller = as('demo')) => registry.http<Tool>({ method: 'GET', url: `/api/tools/${tool}`, as: caller });
  const put = (tool: string, body: object, headers: Record<string, string> = {}, caller = as('demo')) =>
    registry.http<Tool & Problem>({ method: 'PUT', url: `/api/tools/${tool}`, body, headers, as: caller });
  const told = (id: string) => registry.published(ToolRegistryChanged).filter(({ data }) => data.id === id || data.id.startsWith(`${id}@`));

  beforeAll(() => registry.provision('acme', 'umbrella'));

  it('are made with their defaults, and answered as they are read', async () => {
    const name = fresh();
    const answer = await registry.http<Tool>({ method: 'POST', url: '/api/tools', body: { ...echo, name } });
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({ name, version: '1.0.0', tenantId: 'demo', scope: 'tenant', enabled: true, origin: 'api', shadowsGlobal: false, auth: { type: 'none' } });
    expect(answer.headers.location).toBe(`/api/tools/${answer.body.id}`);
    for (const way of [name, answer.body.id]) {
      const read = await get(way);
      expect(read.body).toEqual(answer.body);
      expect(read.headers.etag).toBe(answer.headers.etag);
    }
    expect((await registry.http({ method: 'GET', url: `/api/v2/tools/${name}` })).body).toEqual(answer.body);
  });

  it('are announced with their version, once, as events that keep to the contract', async () => {
    const { id, name } = await create({ name: fresh(), enabled: false });
    const events = await eventually(() => {
      const said = told(id);
      expect(said.map(({ data }) => data.kind)).toEqual(['tool_version', 'tool']);
      return said;
    });
    for (const { data } of events) expect(checkEvent(ToolRegistryChanged, data)).toBeNull();
    expect(events[0]?.data).toMatchObject({ id: `${id}@1.0.0`, object: { tenantId: 'demo', toolId: id, spec: {}, name }, change: null });
    expect(events[1]).toMatchObject({ tenantid: 'demo', data: { object: { provider: 'dummy', currentVersion: '1.0.0', enabled: false }, change: { object: 'tool', id }, changedBy: { type: 'user', id: 'tester' } } });
    expect(registry.published(ToolControlChanged).filter(({ data }) => data.target.id === id).map(({ data }) => data)).toMatchObject([{ kind: 'tool_disabled', on: true }]);
  });

  it.each<[string, object, number, string, string[]]>([
    ['an unknown property', { tenantId: 'acme' }, 400, 'REQUEST_MALFORMED', ['/tenantId']],
    ['a missing description', { description: undefined }, 422, 'DEFINITION_INVALID', ['/description']],
    ['the form of an id as name', { name: '0910f337-bcfe-5d40-bebe-04bd023aed9b' }, 422, 'DEFINITION_INVALID', ['/name']],
    ['a path of ours as name', { name: 'executions' }, 422, 'DEFINITION_INVALID', ['/name']],
    ['a schema that does not compile', { inputSchema: { type: 'object', properties: { a: { pattern: '(' } } } }, 422, 'DEFINITION_INVALID', ['/inputSchema/properties/a/pattern']],
    ['a schema that refers elsewhere', { outputSchema: { $ref: 'https://example.com/schema' } }, 422, 'DEFINITION_INVALID', ['/outputSchema/$ref']],
    ['an example that breaks the schema', { inputSchema: { type: 'object', required: ['a'] }, examples: [{ input: {} }] }, 422, 'DEFINITION_INVALID', ['/examples/0/input/a']],
    ['several faults', { name: 'executions', endpoint: { url: 'https://a.example' } }, 422, 'DEFINITION_INVALID', ['/name', '/endpoint']],
    ['a provider that does not run here', { type: 'builtin', implementation: 'calculator' }, 422, 'PROVIDER_NOT_DEPLOYED', ['/type']],
    ['a version that is none', { version: 'one' }, 422, 'DEFINITION_INVALID', ['/version']],
  ])('are refused with %s', async (_title, body, status, code, pointers) => {
    const answer = await registry.http<Problem>({ method: 'POST', url: '/api/tools', body: { ...echo, name: fresh(), ...body } });
    expect({ status: answer.status, code: answer.body.code }).toEqual({ status, code });
    expect(answer.body.errors.map(({ pointer }) => pointer)).toEqual(pointers);
  });

  it('have names that are unique in their scope, whatever is between the letters', async () => {
    await create({ name: 'twin_a' });
    for (const name of ['twin_a', 'twin-a', 'twina']) {
      expect((await registry.http({ method: 'POST', url: '/api/tools', body: { ...echo, name } })).body).toMatchObject({ status: 409, code: 'NAME_TAKEN' });
    }
    await create({ name: 'twin-a' }, as('acme'));
  });

  it('keep their name’s twin out when they are renamed', async () => {
    const { id } = await create({ name: 'rename_me' });
    expect((await put(id, { ...echo, name: 'twin-a' })).body).toMatchObject({ status: 409, code: 'NAME_TAKEN' });
    expect((await put(id, { ...echo, name: 'renamed' })).body).toMatchObject({ name: 'renamed', version: '2.0.0' });
    expect((await get('rename_me')).status).toBe(404);
  });

  it('of the global scope are everyone’s to read and the platform administrator’s to write', async () => {
    const name = fresh();
    expect((await registry.http({ method: 'POST', url: '/api/tools', body: { ...echo, name, scope: 'global' } })).status).toBe(403);
    const tool = await create({ name, scope: 'global' }, ADMIN);
    expect(tool).toMatchObject({ tenantId: null, scope: 'global' });
    expect((await get(name, as('acme'))).body).toEqual(tool);
    expect((await put(name, { ...tool, description: 'Mine now.' }, {}, as('acme'))).status).toBe(403);
    expect((await registry.http({ method: 'DELETE', url: `/api/tools/${name}`, as: as('acme') })).status).toBe(403);
    expect((await put(name, { ...tool, description: 'Better.' }, {}, ADMIN)).body).toMatchObject({ version: '1.0.1', scope: 'global' });
    await eventually(() => expect(told(tool.id).map(({ tenantid }) => tenantid)).toEqual(['*', '*', '*', '*']));
  });

  it('of a tenant go before a global one of the same name, and say so', async () => {
    const name = fresh();
    const global = await create({ name, scope: 'global' }, ADMIN);
    const own = await create({ name });
    expect(own.shadowsGlobal).toBe(true);
    expect((await get(name)).body.id).toBe(own.id);
    expect((await get(name, as('acme'))).body.id).toBe(global.id);
    expect((await get(global.id)).body.id).toBe(global.id);
    await registry.http({ method: 'DELETE', url: `/api/tools/${name}` });
    expect((await get(name)).body.id).toBe(global.id);
  });

  it('come back unchanged when they are sent back as they were read', async () => {
    const tool = await create({ name: fresh(), examples: [{ input: { a: 1 } }], tags: ['x'] });
    const answer = await put(tool.id, tool);
    expect(answer.body).toEqual(tool);
    const { body } = await registry.http<{ items: unknown[] }>({ method: 'GET', url: `/api/tools/${tool.id}/versions` });
    expect(body.items).toHaveLength(1);
  });

  it('refuse what only the server writes when it is not what was read', async () => {
    const tool = await create({ name: fresh() });
    for (const [field, value] of Object.entries({ id: '0910f337-bcfe-7d40-bebe-04bd023aed9b', tenantId: 'acme', createdAt: '2020-01-01T00:00:00.000Z', origin: 'config' })) {
      const { status, body } = await put(tool.id, { ...tool, [field]: value });
      expect({ status, pointers: body.errors.map(({ pointer }) => pointer) }).toEqual({ status: 400, pointers: [`/${field}`] });
    }
    expect((await put(tool.id, { ...tool, scope: 'global' })).body).toMatchObject({ status: 422, errors: [{ pointer: '/scope' }] });
  });

  it('lose no update: of two that start from the same state one is told to look again', async () => {
    const { id } = await create({ name: fresh() });
    const etag = String((await get(id)).headers.etag);
    const answers = await Promise.all(['one', 'two', 'three'].map((description) => put(id, { ...echo, name: `lost_${description}`, description }, { 'if-match': etag })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412]);
    expect((await registry.http({ method: 'DELETE', url: `/api/tools/${id}`, headers: { 'if-match': etag } })).body).toMatchObject({ code: 'PRECONDITION_FAILED' });
  });

  it('take every unguarded update one after the other', async () => {
    const { id, name } = await create({ name: fresh() });
    const answers = await Promise.all(Array.from({ length: 8 }, (_, n) => put(id, { ...echo, name, description: `no. ${n}` })));
    expect(answers.map(({ body }) => body.version).sort()).toEqual(Array.from({ length: 8 }, (_, n) => `1.0.${n + 1}`));
    const revisions = await eventually(() => {
      const said = told(id).filter(({ data }) => data.kind === 'tool');
      expect(said).toHaveLength(9);
      return said.map(({ data }) => data.revision);
    });
    expect(new Set(revisions).size).toBe(9);
    expect((await get(id)).body.version).toBe('1.0.8');
  });

  it('are deleted softly: gone from every list, their history readable, their name free', async () => {
    const { id, name } = await create({ name: fresh() });
    expect((await registry.http({ method: 'DELETE', url: `/api/tools/${name}` })).status).toBe(204);
    expect((await get(id)).body).toMatchObject({ status: 404, code: 'TOOL_NOT_FOUND' });
    expect((await registry.http({ method: 'DELETE', url: `/api/tools/${id}` })).status).toBe(404);
    expect((await registry.http<{ items: unknown[] }>({ method: 'GET', url: `/api/tools/${id}/versions` })).body.items).toHaveLength(1);
    expect((await create({ name })).id).not.toBe(id);
    await eventually(() => expect(told(id).at(-1)?.data).toMatchObject({ kind: 'tool', deleted: true, object: { deleted: true } }));
  });

  it('survive a NUL in their texts', async () => {
    const tool = await create({ name: fresh(), description: 'a\u0000b', tags: ['t\u0000'] });
    expect(tool).toMatchObject({ description: 'a\u2400b', tags: ['t\u2400'] });
  });
});
