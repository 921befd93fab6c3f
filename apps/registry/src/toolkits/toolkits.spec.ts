import type { Tool, Toolkit } from '@toolplane/contracts/documents';
import { checkEvent, ToolRegistryChanged } from '@toolplane/contracts/events';
import { eventually } from '@toolplane/service-kit/testing';
import { ADMIN, as, echo, testRegistry } from '../testing/test-registry.js';
import { ToolkitChanges } from './toolkit-changes.js';

type Answer = Toolkit & { readonly code: string; readonly errors: readonly { readonly pointer: string }[] };

describe('toolkits', () => {
  const registry = testRegistry();
  const call = (method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: object, caller = as('demo'), headers: Record<string, string> = {}) =>
    registry.http<Answer>({ method, url: `/api/toolkits${path}`, ...(body && { body }), as: caller, headers });
  const make = (body: object, caller = as('demo')) => call('POST', '', { description: 'Some tools.', ...body }, caller);
  const ids: Record<string, string> = {};
  const told = (id: string) => registry.published(ToolRegistryChanged).filter(({ data }) => data.id === id);

  beforeAll(async () => {
    await registry.provision('acme');
    for (const name of ['one', 'two', 'three']) ids[name] = (await registry.http<Tool>({ method: 'POST', url: '/api/tools', body: { ...echo, name } })).body.id;
  });

  it('hold tools in their order, by name or id', async () => {
    const { status, body, headers } = await make({ name: 'ordered', tools: ['two', ids.one] });
    expect({ status, body }).toMatchObject({ status: 201, body: { name: 'ordered', description: 'Some tools.', tools: ['two', 'one'], scope: 'tenant', origin: 'api', shadowsGlobal: false } });
    for (const way of ['ordered', body.id]) expect(await call('GET', `/${way}`)).toMatchObject({ body, headers: { etag: headers.etag } });
    expect((await registry.http({ method: 'GET', url: `/api/v2/toolkits/${body.id}` })).body).toEqual(body);
    expect((await call('PUT', '/ordered/tools/three')).body.tools).toEqual(['two', 'one', 'three']);
    expect((await call('PUT', '/ordered/tools/two')).body.tools).toEqual(['two', 'one', 'three']);
    const taken = await call('DELETE', '/ordered/tools/one');
    expect(taken.status).toBe(204);
    expect(await call('GET', '/ordered')).toMatchObject({ body: { tools: ['two', 'three'] }, headers: { etag: taken.headers.etag } });
    expect((await call('DELETE', '/ordered/tools/one')).status).toBe(404);
    const said = await eventually(() => {
      expect(told(body.id)).toHaveLength(3);
      return told(body.id);
    });
    for (const { data } of said) expect(checkEvent(ToolRegistryChanged, data)).toBeNull();
    expect(said.map(({ data }) => (data.object as { tools: string[] }).tools)).toEqual([[ids.two, ids.one], [ids.two, ids.one, ids.three], [ids.two, ids.three]]);
  });

  it('are replaced whole; without a word about tools these stay', async () => {
    const { body } = await make({ name: 'replaced', tools: ['one'] });
    expect((await call('PUT', '/replaced', body)).body).toEqual(body);
    const second = await call('PUT', '/replaced', { name: 'renamed', description: 'Other words.' });
    expect(second.body).toMatchObject({ id: body.id, name: 'renamed', description: 'Other words.', tools: ['one'] });
    expect((await call('PUT', '/renamed', { name: 'renamed', description: 'Other words.', tools: [] })).body.tools).toEqual([]);
    expect((await call('PUT', '/renamed', body, as('demo'), { 'if-match': String(second.headers.etag) })).status).toBe(412);
    expect((await call('PUT', '/renamed', { ...second.body, id: ids.one })).status).toBe(400);
  });

  it.each<[string, object, number, string[]]>([
    ['an unknown tool', { tools: ['one', 'nothing'] }, 422, ['/tools/1']],
    ['a tool twice', { tools: ['one', 'one'] }, 422, ['/tools/1']],
    ['a tool twice in two ways', { tools: ['one', 'one_by_id'] }, 422, ['/tools/1']],
    ['a path of ours as name', { name: 'executions' }, 422, ['/name']],
    ['no description', { description: undefined }, 422, ['/description']],
    ['somebody else’s tenant', { tenantId: 'acme' }, 400, ['/tenantId']],
  ])('are refused with %s', async (_title, body, status, pointers) => {
    const given = JSON.parse(JSON.stringify({ name: 'refused', ...body }).replace('one_by_id', ids.one ?? '')) as object;
    const answer = await call('POST', '', { description: 'description' in body ? undefined : 'Some.', ...given });
    expect(answer.status).toBe(status);
    if (!JSON.stringify(given).includes('"one","one"')) expect(answer.body.errors.map(({ pointer }) => pointer)).toEqual(pointers);
  });

  it('have names that are unique in their scope', async () => {
    await make({ name: 'twin_kit' });
    expect((await make({ name: 'twin-kit' })).body.code).toBe('NAME_TAKEN');
    await make({ name: 'another_kit' });
    expect((await call('PUT', '/another_kit', { name: 'twinkit', description: 'x' })).body.code).toBe('NAME_TAKEN');
    expect((await make({ name: 'twin-kit' }, as('acme'))).status).toBe(201);
  });

  it('of the platform are everyone’s to read and hold global tools alone', async () => {
    await registry.http({ method: 'POST', url: '/api/tools', body: { ...echo, name: 'one', scope: 'global' }, as: ADMIN });
    expect((await make({ name: 'shared_kit', scope: 'global' })).status).toBe(403);
    expect((await make({ name: 'shared_kit', scope: 'global', tools: ['two'] }, ADMIN)).status).toBe(422);
    expect((await make({ name: 'shared_kit', scope: 'global', tools: ['one'] }, ADMIN)).body).toMatchObject({ tenantId: null, tools: ['one'] });
    expect((await call('GET', '/shared_kit', undefined, as('acme'))).body.tools).toEqual(['one']);
    expect((await call('DELETE', '/shared_kit', undefined, as('acme'))).status).toBe(403);
  });

  it('that files declare are read-only over the API', async () => {
    const files = { tenantId: '*', principal: { type: 'platform', id: 'config' }, roles: ['platform-admin'], origin: 'config' } as const;
    await registry.get(ToolkitChanges).create(files, { name: 'declared_kit', description: 'From a file.', scope: 'global' });
    for (const [method, path, body] of [['PUT', '', { name: 'declared_kit', description: 'x' }], ['DELETE', ''], ['PUT', '/tools/one'], ['DELETE', '/tools/one']] as const) {
      expect((await call(method, `/declared_kit${path}`, body, ADMIN)).body.code).toBe('DECLARED_IN_FILE');
    }
  });

  it('go without their tools, and are listed page by page', async () => {
    const { body } = await make({ name: 'zz_mortal', tools: ['two'] });
    expect((await call('DELETE', '/zz_mortal')).status).toBe(204);
    expect((await call('GET', '/zz_mortal')).status).toBe(404);
    expect((await registry.http({ method: 'GET', url: '/api/tools/two' })).status).toBe(200);
    await eventually(() => expect(told(body.id).at(-1)?.data).toMatchObject({ deleted: true, object: { deleted: true } }));
    const first = await registry.http<{ items: Toolkit[]; next: string }>({ method: 'GET', url: '/api/toolkits?limit=1', as: as('acme') });
    const second = await registry.http<{ items: Toolkit[] }>({ method: 'GET', url: `/api/toolkits?limit=1&cursor=${first.body.next}`, as: as('acme') });
    expect([...first.body.items, ...second.body.items].map(({ name }) => name)).toEqual(['basic_tools', 'declared_kit']);
  });
});
