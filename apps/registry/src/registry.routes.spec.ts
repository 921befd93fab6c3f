import { encodeCursor, openApiOf, placeholderConfig } from '@toolplane/service-kit';
import { RegistryModule } from './registry.module.js';
import { ADMIN, analyst, as, echo, testRegistry } from './testing/test-registry.js';

interface Operation { readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH'; readonly path: string; readonly hasBody: boolean; readonly isList: boolean }
interface Documented { readonly requestBody?: unknown; readonly parameters?: readonly { readonly name: string; readonly in: string }[] }
interface Problem { readonly code: string; readonly errors: readonly { readonly pointer: string }[] }

const { paths } = await openApiOf(RegistryModule.with(placeholderConfig()));
const operations = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods as Readonly<Record<string, Documented>>).map(([method, { requestBody, parameters = [] }]): Operation => ({
    method: method.toUpperCase() as Operation['method'], path, hasBody: requestBody !== undefined, isList: parameters.some(({ name }) => name === 'limit'),
  })),
);
/** What a caller might want to be the server's: whose it is, who made it, what state it is in. */
const FORGED = { tenantId: 'acme', role: 'platform-admin', status: 'approved', createdBy: { type: 'user', id: 'root' }, approvedBy: 'me', isSystem: true, isAdmin: true };
/** The status of a tenant, and what a PUT may send back as it was read, are members of their documents. */
const KNOWN: Readonly<Record<string, readonly string[]>> = { 'PATCH /api/tenants/{id}': ['status'], PUT: ['tenantId', 'createdBy'] };

describe('every route of the registry', () => {
  const registry = testRegistry();
  const fill = (path: string): string => path.replace('{type}', 'tenant').replace('{order}', 'open').replaceAll('{id}', 'demo').replaceAll(/\{\w+\}/g, 'finish');
  const caller = (path: string) => (/^\/api\/tenants(\/|$)/.test(path) ? ADMIN : as('demo'));
  beforeAll(() => registry.provision('acme'));

  const lists = operations.filter(({ isList }) => isList);
  it('that is a list is looked at here', () => {
    expect(lists.map(({ path }) => path)).toEqual(expect.arrayContaining(['/api/tools', '/api/toolkits', '/api/agents', '/api/kill-switches', '/api/breakers', '/api/tenants', '/api/tools/{tool}/versions']));
  });

  it.each(lists.map(({ path }) => path))('takes no page without end, and no cursor that is not its own: %s', async (path) => {
    const statusOf = async (query: string): Promise<number> => (await registry.http({ method: 'GET', url: `${fill(path)}?${query}`, as: caller(path) })).status;
    expect(await statusOf('limit=200')).toBe(200);
    const strange = ['a\u0000b', [1], {}, '1; drop table registry.tools'].map((value) => `cursor=${encodeCursor([value as string])}`);
    for (const query of ['limit=0', 'limit=201', 'limit=1000000', 'limit=-1', 'limit=1e2', 'offset=5', 'sort=id', 'cursor=%00', 'cursor=e30', ...strange.slice(0, 3)]) {
      expect({ query, status: await statusOf(query) }).toEqual({ query, status: 400 });
    }
  });

  it.each(operations.filter(({ hasBody, path }) => hasBody && !path.startsWith('/internal')).map((operation) => [`${operation.method} ${operation.path}`, operation] as const))(
    'takes nothing from a body that is the server’s to say: %s',
    async (title, { method, path }) => {
      const known = new Set([...(KNOWN[title] ?? []), ...(KNOWN[method] ?? [])]);
      for (const [member, value] of Object.entries(FORGED).filter(([name]) => !known.has(name))) {
        const { status, body } = await registry.http<Problem>({ method, url: fill(path), body: { [member]: value }, as: caller(path) });
        expect({ member, status, code: body.code, pointers: body.errors.map(({ pointer }) => pointer) }).toEqual({ member, status: 400, code: 'REQUEST_MALFORMED', pointers: [`/${member}`] });
      }
    },
  );

  it('shows with another tenant’s cursor one’s own things alone', async () => {
    for (const name of ['aa_first', 'bb_second']) {
      await registry.http({ method: 'POST', url: '/api/tools', body: { ...echo, name } });
      await registry.http({ method: 'POST', url: '/api/agents', body: { ...analyst, name } });
      await registry.http({ method: 'POST', url: '/api/toolkits', body: { name, description: 'Demo’s.' } });
    }
    for (const path of ['/api/tools', '/api/agents', '/api/toolkits']) {
      const { body } = await registry.http<{ next: string }>({ method: 'GET', url: `${path}?limit=1` });
      const seen = await registry.http<{ items: { tenantId: string | null }[] }>({ method: 'GET', url: `${path}?cursor=${body.next}`, as: as('acme') });
      expect({ path, status: seen.status, owners: seen.body.items.filter(({ tenantId }) => tenantId !== 'acme') }).toEqual({ path, status: 200, owners: [] });
    }
  });

  it('gives texts back as they are, and as JSON alone', async () => {
    const nasty = `'; drop table registry.tools; -- <script>alert(1)</script>\r\n\u001b[31m=cmd|' /C calc'!A0`;
    await registry.http({ method: 'POST', url: '/api/tools', body: { ...echo, name: 'nasty', description: nasty, exampleUsage: nasty, tags: ['=1+1'] } });
    const { headers, body } = await registry.http<{ items: { description: string }[] }>({ method: 'GET', url: `/api/tools?q=${encodeURIComponent("'; drop table")}` });
    expect(body.items.map(({ description }) => description)).toEqual([nasty]);
    expect(headers['content-type']).toMatch(/^application\/json/);
  });
});
