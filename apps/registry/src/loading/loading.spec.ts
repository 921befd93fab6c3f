import type { AgentBody, LoadedTool } from '@toolplane/contracts/documents';
import { eventually } from '@toolplane/service-kit/testing';
import { ADMIN, as, echo, testRegistry } from '../testing/test-registry.js';

interface ToolSet { readonly items: (LoadedTool & { input_schema?: object })[]; readonly names: Record<string, string>; readonly warnings: { tool: string; code: string }[] }

const CONTROLS = ['task_success', 'task_error', 'finish'];
const agent: AgentBody = { name: 'researcher', displayName: 'Researcher', model: 'm', systemPrompt: 'You look things up.' };
const schema = { type: 'object', required: ['query', 'site'], properties: { query: { type: 'string' }, site: { type: 'string' }, secret: { type: 'string' } } };

describe('loading what an agent may use', () => {
  const registry = testRegistry();
  const send = (method: 'POST' | 'PUT' | 'DELETE', url: string, body?: object, caller = as('demo')) => registry.http({ method, url, ...(body && { body }), as: caller });
  const load = (query = '', who = 'researcher', caller = as('demo')) => registry.http<ToolSet>({ method: 'GET', url: `/api/agents/${who}/tools${query}`, as: caller });
  const names = async (query = '', who = 'researcher'): Promise<string[]> => (await load(query, who)).body.items.map(({ name }) => name);
  const tool = (name: string, more: object = {}, caller = as('demo')) => send('POST', '/api/tools', { ...echo, name, inputSchema: schema, exampleUsage: `Use ${name}.`, ...more }, caller);

  beforeAll(async () => {
    await registry.provision('acme');
    expect((await send('POST', '/api/agents', agent)).status).toBe(201);
    await tool('search');
    await tool('fetch', { isDangerous: true });
    await tool('off', { enabled: false });
    await tool('everyones', { scope: 'global' }, ADMIN);
    const assign = (name: string, body: object) => send('POST', `/api/agents/researcher/tools/${name}`, body);
    await assign('search', { orderIndex: 5, allowedParameters: ['query', 'site'], parameterDefaults: { site: 'example.com' }, usageLimit: 3 });
    await assign('fetch', { orderIndex: 1 });
    await assign('off', {});
    await assign('everyones', { orderIndex: 9 });
    await send('POST', '/api/toolkits', { name: 'web', description: 'The web.', tools: ['search', 'everyones'] });
  });

  it('gives enabled tools in their order, and always the control tools', async () => {
    expect(await names()).toEqual(['fetch', 'search', 'everyones', ...CONTROLS]);
  });

  it('applies the assignment', async () => {
    const { items } = (await load()).body;
    expect(items[0]).toMatchObject({ name: 'fetch', isDangerous: true, requiresApproval: true, usageNote: 'Use fetch.' });
    expect(items[1]).toMatchObject({
      usageLimit: 3, requiresApproval: false, orderIndex: 5,
      inputSchema: { type: 'object', required: ['query'], properties: { query: { type: 'string' }, site: { type: 'string', default: 'example.com' } } },
    });
    expect(items[1]?.inputSchema.properties).not.toHaveProperty('secret');
  });

  it('narrows to toolkits, by name or id, repeated or with commas', async () => {
    expect(await names('?toolkits=web')).toEqual(['search', 'everyones', ...CONTROLS]);
    await send('POST', '/api/toolkits', { name: 'risky', description: 'Risky.', tools: ['fetch'] });
    for (const query of ['?toolkits=web,risky', '?toolkits=web&toolkits=risky']) expect(await names(query)).toEqual(['fetch', 'search', 'everyones', ...CONTROLS]);
    expect((await load('?toolkits=nothing')).status).toBe(404);
  });

  it.each(['anthropic', 'openai', 'openai-responses', 'mcp'])('speaks %s', async (format) => {
    const { status, body } = await load(`?format=${format}`);
    expect(status).toBe(200);
    expect(body.items).toHaveLength(6);
    expect(body.names).toEqual(Object.fromEntries(['fetch', 'search', 'everyones', ...CONTROLS].map((name) => [name, name])));
    expect((await load('?format=yaml')).status).toBe(400);
  });

  it('follows a pinned version, a switch of the tenant and a removal at once', async () => {
    await send('PUT', '/api/tools/search', { ...echo, name: 'search', description: 'Searches better.', inputSchema: schema });
    expect((await load()).body.items[1]?.description).toBe('Searches better.');
    await send('PUT', '/api/agents/researcher/tools/search', { orderIndex: 5, version: '1.0.0' });
    expect((await load()).body.items[1]).toMatchObject({ description: echo.description, version: '1.0.0' });
    await send('PUT', '/api/tools/everyones/enablement', { enabled: false });
    expect(await names()).not.toContain('everyones');
    await send('PUT', '/api/tools/everyones/enablement', { enabled: true });
    expect(await names()).toContain('everyones');
    await send('DELETE', '/api/tools/fetch');
    expect(await names()).not.toContain('fetch');
    await send('PUT', '/api/agents/researcher', { ...agent, enabled: false });
    expect(await names()).toEqual(CONTROLS);
    await send('PUT', '/api/agents/researcher', agent);
  });

  it('says where a global agent’s tool is hidden by one of the tenant’s own', async () => {
    await send('POST', '/api/agents', { ...agent, name: 'global_one', scope: 'global' }, ADMIN);
    await send('POST', '/api/agents/global_one/tools/everyones', {}, ADMIN);
    await tool('everyones');
    expect((await load('', 'global_one')).body.warnings).toEqual([{ tool: 'everyones', code: 'SHADOWED', detail: expect.any(String) as string }]);
    expect((await load('', 'global_one', as('acme'))).body.warnings).toEqual([]);
    await send('DELETE', '/api/tools/everyones');
  });

  it('is not another tenant’s', async () => {
    const foreign = await load('', 'researcher', as('acme'));
    const unknown = await load('', 'nobody', as('acme'));
    expect({ ...foreign.body, traceId: '' }).toEqual({ ...unknown.body, traceId: '' });
    expect(foreign.status).toBe(404);
    expect((await load('?toolkits=web', 'global_one', as('acme'))).status).toBe(404);
  });

  it('has an ETag, and answers 304 to whoever has it', async () => {
    const first = await load('?format=openai');
    const again = await registry.http({ method: 'GET', url: '/api/agents/researcher/tools?format=openai', headers: { 'if-none-match': String(first.headers.etag) } });
    expect([again.status, again.headers.etag]).toEqual([304, first.headers.etag]);
  });

  it('has a prompt that says when to use which, control tools too', async () => {
    const answer = await registry.http<string>({ method: 'GET', url: '/api/agents/researcher/prompt' });
    expect(answer.headers['content-type']).toBe('text/markdown; charset=utf-8');
    expect(answer.body).toMatch(/^You look things up\.\n\n# Tools\n/);
    expect(answer.body).toContain('## everyones\n\nSays it again.\n\n**When to use it:** Use everyones.');
    for (const name of CONTROLS) expect(answer.body).toMatch(new RegExp(`## ${name}\n[^#]*\\*\\*When to use it:\\*\\*`));
    expect((await registry.http<string>({ method: 'GET', url: '/api/agents/researcher/prompt?toolkits=web' })).body).toContain('## search');
  });

  it('sees a change that another instance made, and one that was committed late', async () => {
    // As another instance would: past everything that this one remembers.
    await load();
    await registry.database.query(`update registry.agents set system_prompt = 'Changed elsewhere.' where name = 'researcher'`);
    const prompt = async () => (await registry.http<string>({ method: 'GET', url: '/api/agents/researcher/prompt' })).body;
    expect(await prompt()).toContain('You look things up.');
    // A revision that was taken before the greatest there is, and is committed after it.
    await registry.database.query(
      `insert into registry.announcements (tenant_id, type, object_key, revision, event) select 'demo', 'T', 'late', min(revision), '{}' from registry.announcements where tenant_id = 'demo'`,
    );
    await eventually(async () => expect(await prompt()).toContain('Changed elsewhere.'), 1_000);
  });
});
