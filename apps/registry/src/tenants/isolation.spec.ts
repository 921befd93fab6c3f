import { openApiOf, placeholderConfig } from '@toolplane/service-kit';
import { RegistryModule } from '../registry.module.js';
import { ADMIN, analyst, as, echo, testRegistry } from '../testing/test-registry.js';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
interface Operation { readonly method: Method; readonly path: string }

/** A body that the route would take from the owner, so that only whose it is can be the reason of a refusal. */
const BODIES: Readonly<Record<string, object>> = {
  'PUT /tools/{tool}': { ...echo, name: 'secret_tool', description: 'Changed by a stranger.' },
  'PUT /tools/{tool}/enablement': { enabled: false },
  'POST /tools/{tool}/rollback': { version: '1.0.0' },
  'PATCH /tenants/{id}': { displayName: 'Changed by a stranger' },
  'PUT /toolkits/{toolkit}': { name: 'secret_kit', description: 'Changed by a stranger.' },
  'PUT /toolkits/{toolkit}/tools/{tool}': {},
  'PUT /agents/{agent}': { ...analyst, description: 'Changed by a stranger.' },
  'POST /agents/{agent}/tools/{tool}': { orderIndex: 7 },
  'PUT /agents/{agent}/tools/{tool}': { orderIndex: 7 },
  'PUT /kill-switches/{type}/{id}': { on: true },
  'POST /breakers/{id}/{order}': {},
  'POST /tenants/{id}/keys': { name: 'stolen', type: 'service', roles: ['viewer'] },
};
const UNKNOWN: Readonly<Record<string, readonly string[]>> = {
  tool: ['0910f337-bcfe-7d40-bebe-04bd023aed9b', 'no_such_tool'],
  toolkit: ['0910f337-bcfe-7d40-bebe-04bd023aed9b', 'no_such_kit'],
  agent: ['0910f337-bcfe-7d40-bebe-04bd023aed9b', 'no_such_agent'],
  id: ['no-such-tenant'],
  key: ['0910f337-bcfe-7d40-bebe-04bd023aed9b'],
  type: ['tenant'],
  order: ['open'],
};
/** Everything the database holds, but what only counts. */
const TABLES = [
  'tenants', 'principals', 'api_keys', 'tools', 'tool_versions', 'enablements', 'toolkits', 'toolkit_tools', 'agents', 'assignments', 'kill_switches', 'breakers', 'forced_breakers',
  'announcements',
];

const operations: readonly Operation[] = Object.entries((await openApiOf(RegistryModule.with(placeholderConfig()))).paths).flatMap(([path, methods]) =>
  Object.keys(methods).map((method) => ({ method: method.toUpperCase() as Method, path })),
);
const bodyOf = ({ method, path }: Operation): object | undefined => BODIES[`${method} ${path.replace(/^\/(api\/v2|api|internal)/, '')}`];

describe('a tenant’s things', () => {
  const registry = testRegistry();
  const foreign: Record<string, string[]> = {};
  const digest = async (): Promise<string> =>
    JSON.stringify(await Promise.all(TABLES.map((table) => registry.database.query(`select md5(string_agg(t::text, '' order by t::text)) from registry.${table} t`))));

  beforeAll(async () => {
    await registry.provision('acme');
    const tool = await registry.http<{ id: string }>({ method: 'POST', url: '/api/tools', body: { ...echo, name: 'secret_tool' } });
    await registry.http({ method: 'PUT', url: '/api/tools/secret_tool', body: { ...echo, name: 'secret_tool', description: 'Second.' } });
    const key = await registry.http<{ id: string }>({ method: 'POST', url: '/api/tenants/demo/keys', body: BODIES['POST /tenants/{id}/keys'] });
    const toolkit = await registry.http<{ id: string }>({ method: 'POST', url: '/api/toolkits', body: { ...BODIES['PUT /toolkits/{toolkit}'], tools: ['secret_tool'] } });
    const agent = await registry.http<{ id: string }>({ method: 'POST', url: '/api/agents', body: analyst });
    await registry.http({ method: 'POST', url: `/api/agents/${analyst.name}/tools/secret_tool` });
    await registry.http({ method: 'PUT', url: `/api/kill-switches/agent/${analyst.name}`, body: { on: true } });
    Object.assign(foreign, {
      tool: [tool.body.id, 'secret_tool'], toolkit: [toolkit.body.id, 'secret_kit'], agent: [agent.body.id, analyst.name], id: ['demo'], key: [key.body.id], type: ['tenant'], order: ['open'],
    });
  });

  const addressed = operations.filter(({ path }) => path.includes('{'));

  it('are all in the matrix', () => {
    const paths = new Set(addressed.map(({ path }) => path));
    for (const path of ['/api/tools/{tool}', '/api/tools/{tool}/versions', '/api/toolkits/{toolkit}', '/api/agents/{agent}', '/api/agents/{agent}/tools/{tool}', '/api/tenants/{id}', '/api/tenants/{id}/keys/{key}', '/internal/tools/{tool}']) {
      expect(paths).toContain(path);
    }
    const bodiless = operations.filter((operation) => ['PUT', 'PATCH', 'POST'].includes(operation.method) && operation.path.includes('{') && !bodyOf(operation));
    expect(bodiless).toEqual([]);
  });

  it.each(addressed.map((operation) => [`${operation.method} ${operation.path}`, operation] as const))('do not exist for another: %s', async (_title, operation) => {
    const before = await digest();
    const filled = (ids: Readonly<Record<string, readonly string[]>>, n: number): string =>
      operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => ids[name]?.[n] ?? ids[name]?.[0] ?? '');
    const call = async (url: string) => {
      const body = bodyOf(operation);
      const answer = await registry.http({ method: operation.method, url, ...(body && { body }), as: as('acme', 'tenant-admin', 'builder', 'auditor') });
      return { status: answer.status, body: { ...answer.body, traceId: '' }, etag: answer.headers.etag };
    };
    for (const form of [0, 1]) {
      const [theirs, nobodys] = [await call(filled(foreign, form)), await call(filled(UNKNOWN, form))];
      expect(theirs).toEqual(nobodys);
      expect([403, 404]).toContain(theirs.status);
    }
    expect(await digest()).toBe(before);
  });

  it('cannot be reached by one’s own tenant and another’s key', async () => {
    const [key] = foreign.key ?? [];
    for (const method of ['GET', 'DELETE'] as const) expect((await registry.http({ method, url: `/api/tenants/acme/keys/${key}`, as: as('acme') })).status).toBe(404);
    const { principalId } = (await registry.http<{ principalId: string }>({ method: 'GET', url: `/api/tenants/demo/keys/${key}` })).body;
    const body = { ...BODIES['POST /tenants/{id}/keys'], principalId };
    expect((await registry.http({ method: 'POST', url: '/api/tenants/acme/keys', body, as: as('acme') })).body).toMatchObject({ status: 422, errors: [{ pointer: '/principalId' }] });
  });

  it('are in no list of another', async () => {
    for (const { path } of operations.filter(({ method, path }) => method === 'GET' && /^\/api\/(v2\/)?(tools|toolkits|agents|kill-switches|breakers)$/.test(path))) {
      const { status, body } = await registry.http({ method: 'GET', url: `${path}?limit=200`, as: as('acme') });
      expect({ path, status, text: JSON.stringify(body) }).toEqual({ path, status: 200, text: expect.not.stringMatching(new RegExp(`secret_|${analyst.name}`)) });
    }
  });

  it('are kept apart by the database too, whatever a statement asks for', async () => {
    for (const table of TABLES) {
      const column = table === 'tenants' ? 'id' : 'tenant_id';
      const [seen] = await registry.database.database.asTenant('acme', (tx) => tx.query<{ count: number }>(`select count(*) as count from registry.${table} where ${column} = 'demo'`));
      expect({ table, ...seen }).toEqual({ table, count: 0 });
    }
    const write = registry.database.database.asTenant('acme', (tx) => tx.query(`update registry.tools set enabled = false where name = 'secret_tool' returning id`));
    expect(await write).toEqual([]);
    for (const [table, id] of [['agents', 'id'], ['assignments', 'agent_id'], ['toolkits', 'id']] as const) {
      expect(await registry.database.database.asTenant('acme', (tx) => tx.query(`delete from registry.${table} where tenant_id = 'demo' returning ${id}`))).toEqual([]);
    }
    const plant = registry.database.database.asTenant('acme', (tx) =>
      tx.query(`insert into registry.principals (tenant_id, id, type, name) values ('demo', gen_random_uuid(), 'user', 'spy')`),
    );
    await expect(plant).rejects.toThrow(/row-level security/);
    const global = registry.database.database.asTenant('acme', (tx) =>
      tx.query(`insert into registry.announcements (tenant_id, type, object_key, revision, event) values ('*', 'x', 'x', 1, '{}')`),
    );
    await expect(global).rejects.toThrow(/row-level security/);
  });

  it('of the platform are not a tenant’s to change', async () => {
    await registry.http({ method: 'POST', url: '/api/tools', body: { ...echo, name: 'global_tool', scope: 'global' }, as: ADMIN });
    const changed = await registry.database.database.asTenant('acme', (tx) => tx.query(`update registry.tools set enabled = false where name = 'global_tool' returning id`));
    expect(changed).toEqual([]);
  });

  it('cannot be tied to one’s own, not even by the database’s owner', async () => {
    const [mine] = await registry.database.query<{ id: string }>(`select id from registry.tools where tenant_id = 'acme' and name = 'calculator'`);
    const [tool, agent, toolkit] = [foreign.tool?.[0], foreign.agent?.[0], foreign.toolkit?.[0]];
    const assign = (tenant: string, agentId: unknown, owner: string, toolId: unknown) => registry.database.query(
      `insert into registry.assignments (tenant_id, agent_id, tool_owner, tool_id, enabled, order_index, allow_use, usage_limit, denied_parameters, parameter_defaults, revision)
       values ('${tenant}', '${String(agentId)}', '${owner}', '${String(toolId)}', true, 0, true, -1, '{}', '{}', 1)`);
    await expect(assign('acme', agent, 'acme', mine?.id)).rejects.toThrow(/assignments_owner_agent_id_fkey/);
    await expect(assign('demo', agent, 'acme', mine?.id)).rejects.toThrow(/assignments_within_owner/);
    await expect(assign('demo', agent, 'demo', mine?.id)).rejects.toThrow(/assignments_tool_owner_tool_id_fkey/);
    const put = (tenant: string, owner: string, toolId: unknown) => registry.database.query(
      `insert into registry.toolkit_tools (tenant_id, toolkit_id, tool_owner, tool_id, position) values ('${tenant}', '${String(toolkit)}', '${owner}', '${String(toolId)}', 0)`);
    await expect(put('acme', 'acme', mine?.id)).rejects.toThrow(/toolkit_tools_owner_toolkit_id_fkey/);
    await expect(put('demo', 'acme', mine?.id)).rejects.toThrow(/toolkit_tools_within_owner/);
    expect(tool).toBeDefined();
  });

  it('cannot be named among one’s own: another’s tool in a toolkit, an assignment or a kill switch is an unknown one', async () => {
    await registry.http({ method: 'POST', url: '/api/agents', body: { ...analyst, name: 'acme_agent' }, as: as('acme') });
    for (const tool of foreign.tool ?? []) {
      const made = await registry.http<{ errors: unknown[] }>({ method: 'POST', url: '/api/toolkits', body: { name: 'kit', description: 'Kit.', tools: ['calculator', tool] }, as: as('acme') });
      expect({ status: made.status, errors: made.body.errors }).toMatchObject({ status: 422, errors: [{ pointer: '/tools/1' }] });
      expect((await registry.http({ method: 'PUT', url: `/api/toolkits/basic_tools/tools/${tool}`, as: as('acme') })).body).toMatchObject({ status: 404, code: 'TOOL_NOT_FOUND' });
      expect((await registry.http({ method: 'POST', url: `/api/agents/acme_agent/tools/${tool}`, as: as('acme') })).body).toMatchObject({ status: 404, code: 'TOOL_NOT_FOUND' });
      expect((await registry.http({ method: 'PUT', url: `/api/kill-switches/tool/${tool}`, body: { on: true }, as: as('acme') })).body).toMatchObject({ status: 404, code: 'NOT_FOUND' });
    }
  });
});
