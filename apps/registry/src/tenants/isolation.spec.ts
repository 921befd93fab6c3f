import { openApiOf, placeholderConfig } from '@toolplane/service-kit';
import { RegistryModule } from '../registry.module.js';
import { ADMIN, as, echo, testRegistry } from '../testing/test-registry.js';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
interface Operation { readonly method: Method; readonly path: string }

/** A body that the route would take from the owner, so that only whose it is can be the reason of a refusal. */
const BODIES: Readonly<Record<string, object>> = {
  'PUT /tools/{tool}': { ...echo, name: 'secret_tool', description: 'Changed by a stranger.' },
  'PUT /tools/{tool}/enablement': { enabled: false },
  'POST /tools/{tool}/rollback': { version: '1.0.0' },
  'PATCH /tenants/{id}': { displayName: 'Changed by a stranger' },
  'POST /tenants/{id}/keys': { name: 'stolen', type: 'service', roles: ['viewer'] },
};
const UNKNOWN: Readonly<Record<string, readonly string[]>> = { tool: ['0910f337-bcfe-7d40-bebe-04bd023aed9b', 'no_such_tool'], id: ['no-such-tenant'], key: ['0910f337-bcfe-7d40-bebe-04bd023aed9b'] };
/** Everything the database holds, but what only counts. */
const TABLES = ['tenants', 'principals', 'api_keys', 'tools', 'tool_versions', 'enablements', 'announcements'];

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
    Object.assign(foreign, { tool: [tool.body.id, 'secret_tool'], id: ['demo'], key: [key.body.id] });
  });

  const addressed = operations.filter(({ path }) => path.includes('{'));

  it('are all in the matrix', () => {
    const paths = new Set(addressed.map(({ path }) => path));
    for (const path of ['/api/tools/{tool}', '/api/tools/{tool}/versions', '/api/tenants/{id}', '/api/tenants/{id}/keys/{key}', '/internal/tools/{tool}']) {
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
    for (const { path } of operations.filter(({ method, path }) => method === 'GET' && /^\/api\/(v2\/)?tools$/.test(path))) {
      const { status, body } = await registry.http({ method: 'GET', url: `${path}?limit=200`, as: as('acme') });
      expect({ status, text: JSON.stringify(body) }).toEqual({ status: 200, text: expect.not.stringContaining('secret_tool') });
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
});
