import type { Agent, AssignmentView, Tool } from '@toolplane/contracts/documents';
import { checkEvent, ToolRegistryChanged } from '@toolplane/contracts/events';
import { eventually } from '@toolplane/service-kit/testing';
import { ADMIN, analyst, as, echo, testRegistry } from '../testing/test-registry.js';
import { AgentChanges } from './agent-changes.js';

interface Problem { readonly code: string; readonly errors: readonly { readonly pointer: string }[] }
const FILES = { tenantId: '*', principal: { type: 'platform', id: 'config' }, roles: ['platform-admin'], origin: 'config' } as const;

describe('agent types', () => {
  const registry = testRegistry();
  const make = async (body: object, caller = as('demo')): Promise<Agent> => {
    const { status, body: agent } = await registry.http<Agent>({ method: 'POST', url: '/api/agents', body: { ...analyst, ...body }, as: caller });
    expect({ status, agent }).toMatchObject({ status: 201 });
    return agent;
  };
  const get = (agent: string, caller = as('demo')) => registry.http<Agent>({ method: 'GET', url: `/api/agents/${agent}`, as: caller });
  const put = (agent: string, body: object, headers: Record<string, string> = {}, caller = as('demo')) =>
    registry.http<Agent & Problem>({ method: 'PUT', url: `/api/agents/${agent}`, body, headers, as: caller });
  const told = (id: string) => registry.published(ToolRegistryChanged).filter(({ data }) => data.id.startsWith(id));
  beforeAll(() => registry.provision('acme'));

  it('are made with their defaults, and answered as they are read', async () => {
    const { status, headers, body } = await registry.http<Agent>({ method: 'POST', url: '/api/agents', body: { ...analyst, name: 'plain' } });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      name: 'plain', displayName: 'Analyst', description: '', avatarUrl: null, avatarColor: '#6366f1', personalityTraits: [], model: 'a-model', systemPrompt: 'Look closely.',
      streamingEnabled: true, maxContextTokens: 200_000, maxOutputTokens: null, temperature: 0.7, enabled: true, isDefault: false, version: '1.0.0',
      tenantId: 'demo', scope: 'tenant', origin: 'api', shadowsGlobal: false, createdBy: { type: 'user', id: 'tester' },
    });
    expect(headers.location).toBe(`/api/agents/${body.id}`);
    for (const way of ['plain', body.id]) expect(await get(way)).toMatchObject({ body, headers: { etag: headers.etag } });
    const said = await eventually(() => {
      const [event] = told(body.id);
      expect(event).toBeDefined();
      return event;
    });
    expect(checkEvent(ToolRegistryChanged, said?.data)).toBeNull();
    expect(said?.data).toMatchObject({ kind: 'agent', object: { tenantId: 'demo', name: 'plain', enabled: true, deleted: false }, change: { object: 'agent', version: '1.0.0' } });
  });

  it('keep every field', async () => {
    const persona = { avatarUrl: '🦉', avatarColor: '#00ff00', personalityTraits: ['curious', 'dry'], temperature: 0.1, maxOutputTokens: 4096, streamingEnabled: false, description: 'Reads.' };
    expect(await make({ name: 'whole', ...persona, version: '3.1.0' })).toMatchObject({ ...persona, version: '3.1.0' });
    for (const [index, avatarUrl] of ['https://example.com/a.png', 'robot', '👩‍💻'].entries()) await make({ name: `avatar_${index}`, avatarUrl });
  });

  it.each<[string, object, number, string]>([
    ['a tenant', { tenantId: 'acme' }, 400, '/tenantId'],
    ['its own id', { id: '0910f337-bcfe-7d40-bebe-04bd023aed9b' }, 400, '/id'],
    ['the form of an id as name', { name: '0910f337-bcfe-7d40-bebe-04bd023aed9b' }, 422, '/name'],
    ['letters that only look alike as name', { name: 'аnalyst' }, 422, '/name'],
    ['no model', { model: undefined }, 422, '/model'],
    ['no prompt', { systemPrompt: '' }, 422, '/systemPrompt'],
    ['no display name', { displayName: undefined }, 422, '/displayName'],
    ['a colour that is none', { avatarColor: 'red' }, 422, '/avatarColor'],
    ['a script as image', { avatarUrl: 'javascript:alert(1)' }, 422, '/avatarUrl'],
    ['markup as image', { avatarUrl: 'https://example.com/"><script>' }, 422, '/avatarUrl'],
    ['an unencrypted image', { avatarUrl: 'http://example.com/a.png' }, 422, '/avatarUrl'],
    ['a temperature beyond the scale', { temperature: 2.1 }, 422, '/temperature'],
    ['more to write than to read', { maxContextTokens: 10, maxOutputTokens: 11 }, 422, '/maxOutputTokens'],
  ])('are refused with %s', async (_title, body, status, pointer) => {
    const answer = await registry.http<Problem>({ method: 'POST', url: '/api/agents', body: { ...analyst, name: 'refused', ...body } });
    expect({ status: answer.status, pointers: answer.body.errors.map((error) => error.pointer) }).toEqual({ status, pointers: [pointer] });
  });

  it('have names that are unique in their scope, and never change', async () => {
    await make({ name: 'twin_a' });
    for (const name of ['twin_a', 'twin-a', 'twina']) expect((await registry.http({ method: 'POST', url: '/api/agents', body: { ...analyst, name } })).body).toMatchObject({ code: 'NAME_TAKEN' });
    await make({ name: 'twin-a' }, as('acme'));
    expect((await put('twin_a', { ...analyst, name: 'twin_b' })).body).toMatchObject({ status: 422, errors: [{ pointer: '/name' }] });
    expect((await put('twin_a', { ...analyst, name: 'twin_a', scope: 'global' })).body).toMatchObject({ status: 422, errors: [{ pointer: '/scope' }] });
  });

  it('count a change, and make none where there is none', async () => {
    const agent = await make({ name: 'counted' });
    expect((await put('counted', agent)).body).toEqual(agent);
    expect((await put('counted', { ...agent, tenantId: 'acme' })).body).toMatchObject({ status: 400, errors: [{ pointer: '/tenantId' }] });
    expect((await put('counted', { ...agent, temperature: 1 })).body).toMatchObject({ version: '1.0.1', temperature: 1 });
    expect((await put('counted', { ...analyst, name: 'counted', version: '2.0.0' })).body).toMatchObject({ version: '2.0.0', temperature: 0.7 });
    expect((await put('counted', agent)).body).toMatchObject({ status: 400, errors: [{ pointer: '/updatedAt' }] });
    await eventually(() => expect(told(agent.id).map(({ data }) => data.change?.version)).toEqual(['1.0.0', '1.0.1', '2.0.0']));
  });

  it('lose no update', async () => {
    const { name } = await make({ name: 'guarded' });
    const etag = String((await get(name)).headers.etag);
    const answers = await Promise.all([1, 2, 3].map((temperature) => put(name, { ...analyst, name, temperature: temperature / 10 }, { 'if-match': etag })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412]);
    expect((await registry.http({ method: 'DELETE', url: `/api/agents/${name}`, headers: { 'if-match': etag } })).status).toBe(412);
  });

  it('have one default in a scope, whoever becomes it last', async () => {
    const first = await make({ name: 'first_default', isDefault: true });
    await make({ name: 'second_default', isDefault: true });
    await make({ name: 'acme_default', isDefault: true }, as('acme'));
    expect([(await get('first_default')).body.isDefault, (await get('second_default')).body.isDefault]).toEqual([false, true]);
    await put('first_default', { ...analyst, name: 'first_default', isDefault: true });
    expect((await get('second_default')).body.isDefault).toBe(false);
    expect((await get('acme_default', as('acme'))).body.isDefault).toBe(true);
    await eventually(() => expect(told(first.id).map(({ data }) => (data.change?.diff as { pointer: string }[])[0]?.pointer)).toEqual(['', '/isDefault', '/isDefault']));
    const both = await Promise.all(['race_a', 'race_b'].map((name) => registry.http({ method: 'POST', url: '/api/agents', body: { ...analyst, name, isDefault: true } })));
    for (const { status } of both) expect([201, 409]).toContain(status);
    expect(await registry.database.query(`select from registry.agents where owner = 'demo' and is_default`)).toHaveLength(1);
  });

  it('of the platform are everyone’s to read, and hide behind a tenant’s own of the same name', async () => {
    expect((await registry.http({ method: 'POST', url: '/api/agents', body: { ...analyst, name: 'everyones', scope: 'global' } })).status).toBe(403);
    const global = await make({ name: 'everyones', scope: 'global' }, ADMIN);
    expect(global).toMatchObject({ tenantId: null, scope: 'global' });
    expect((await get('everyones', as('acme'))).body).toEqual(global);
    for (const [method, body] of [['PUT', { ...global, temperature: 0 }], ['DELETE']] as const) {
      expect((await registry.http({ method, url: '/api/agents/everyones', ...(body && { body }) })).status).toBe(403);
    }
    expect(await make({ name: 'everyones' })).toMatchObject({ shadowsGlobal: true });
    expect((await get('everyones')).body.scope).toBe('tenant');
    expect((await put(global.id, { ...analyst, name: 'everyones', temperature: 0 }, {}, ADMIN)).body).toMatchObject({ scope: 'global', temperature: 0 });
  });

  it('that files declare are read-only over the API, and say where to change them', async () => {
    const changes = registry.get(AgentChanges);
    await changes.create(FILES, { ...analyst, name: 'declared', scope: 'global', isDefault: true });
    expect((await get('declared', as('acme'))).body).toMatchObject({ origin: 'config', createdBy: { type: 'platform', id: 'config' } });
    for (const [method, url, body] of [
      ['PUT', '/api/agents/declared', { ...analyst, name: 'declared' }], ['DELETE', '/api/agents/declared'], ['POST', '/api/agents/declared/tools/calculator', {}],
      ['POST', '/api/agents', { ...analyst, name: 'usurper', scope: 'global', isDefault: true }],
    ] as const) {
      const answer = await registry.http({ method, url, ...(body && { body }), as: ADMIN });
      expect({ url, ...answer.body }).toMatchObject({ url, status: 409, code: 'DECLARED_IN_FILE', remedy: expect.stringContaining('deploy/config/') });
    }
    expect((await changes.replace(FILES, 'declared', { ...analyst, name: 'declared', temperature: 0 })).version).toBe('1.0.1');
    await changes.remove(FILES, 'declared');
    expect((await get('declared')).status).toBe(404);
  });

  it('take with them what they might do, and nothing else', async () => {
    await registry.http<Tool>({ method: 'POST', url: '/api/tools', body: { ...echo, name: 'tied' } });
    const { id } = await make({ name: 'mortal' });
    await registry.http<AssignmentView>({ method: 'POST', url: '/api/agents/mortal/tools/tied' });
    expect((await registry.http({ method: 'DELETE', url: '/api/agents/mortal' })).status).toBe(204);
    expect((await get('mortal')).status).toBe(404);
    expect(await registry.database.query(`select from registry.assignments where agent_id = $1`, [id])).toEqual([]);
    expect((await registry.http({ method: 'GET', url: '/api/tools/tied' })).status).toBe(200);
    await eventually(() => {
      const gone = told(id).filter(({ data }) => data.deleted).map(({ data }) => data.kind);
      expect(gone).toEqual(['assignment', 'agent']);
    });
  });

  it('are listed page by page, and are the builders’ to change', async () => {
    const seen: string[] = [];
    let cursor = '';
    do {
      const { body } = await registry.http<{ items: Agent[]; next: string | null }>({ method: 'GET', url: `/api/agents?limit=3${cursor}`, as: as('acme') });
      seen.push(...body.items.map(({ name }) => name));
      cursor = body.next === null ? '' : `&cursor=${body.next}`;
    } while (cursor !== '');
    expect(seen).toEqual(['acme_default', 'everyones', 'twin-a']);
    for (const role of ['viewer', 'operator', 'approver', 'auditor']) {
      expect((await registry.http({ method: 'POST', url: '/api/agents', body: analyst, as: as('demo', role) })).status).toBe(403);
      expect((await registry.http({ method: 'GET', url: '/api/agents', as: as('demo', role) })).status).toBe(200);
    }
  });
});
