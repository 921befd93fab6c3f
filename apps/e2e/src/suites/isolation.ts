import { Tables } from '../isolation/database.js';
import { controlOf, listRowOf, rowOf, type Parties, type Row } from '../isolation/matrix.js';
import { routesOf, type Route } from '../isolation/routes.js';
import { makeThings, MARK, NOBODYS, OWNER, STRANGER } from '../isolation/things.js';
import { Api } from '../support/api.js';
import { eventually } from '../support/eventually.js';
import type { System } from '../support/system.js';

/** Two tenants, every route of the product's own document, every foreign thing. A route that is added is in the table by itself. */
export function describeIsolation(system: System): void {
  describe('a tenant’s things', () => {
    const parties = {} as Parties & { owner: Api; theirs: Parties['theirs'] };
    let routes: Route[] = [];
    let tables: Tables;
    const tenantApi = async (tenant: string): Promise<Api> => {
      await system.api.post('/api/tenants', { id: tenant, displayName: tenant });
      const roles = ['viewer', 'operator', 'builder', 'approver', 'auditor', 'tenant-admin'];
      const { status, body } = await system.api.post(`/api/tenants/${tenant}/keys`, { name: 'isolation', type: 'user', roles });
      if (status !== 201) throw new Error(`no key for ${tenant}: ${JSON.stringify(body)}`);
      return new Api(system.ready.url, String(body['key']));
    };
    const still = async (): Promise<string> => {
      let before = '';
      let after = '';
      await eventually(async () => {
        [before, after] = [after, await tables.digest(OWNER)];
        return before === after && after !== '';
      });
      return after;
    };

    beforeAll(async () => {
      tables = await Tables.open(system.ready.databaseUrl);
      const [owner, stranger] = [await tenantApi(OWNER), await tenantApi(STRANGER)];
      const theirs = await makeThings(owner, system, OWNER, MARK);
      const own = await makeThings(stranger, system, STRANGER, 'strangers-own');
      Object.assign(parties, { owner, stranger, theirs, own });
      routes = routesOf((await system.api.get('/api/openapi.json')).body);
    }, 120_000);
    afterAll(() => Promise.all([tables?.close(), parties.owner?.close(), parties.stranger?.close()]));

    it('do not exist for another tenant, on any route, under any name, and are not changed by trying', async () => {
      const before = await still();
      const rows: Row[] = [];
      for (const route of routes.filter(({ parameters }) => parameters.length > 0)) rows.push(await rowOf(route, parties));
      process.stdout.write(`${tableOf(rows)}\n`);
      expect(rows.flatMap(({ findings }) => findings)).toEqual([]);
      expect(rows.length).toBeGreaterThan(40);
      expect(await still()).toBe(before);
      const controls = await Promise.all(routes.map((route) => controlOf(route, parties.owner, parties.theirs)));
      expect(controls.flat()).toEqual([]);
    }, 120_000);

    it('are in no list of another tenant, whatever it filters by', async () => {
      const rows: Row[] = [];
      for (const route of routes.filter(({ method, path, parameters }) => method === 'GET' && parameters.length === 0 && !path.endsWith('/stream'))) {
        const { body } = await parties.owner.get(route.query.includes('limit') ? `${route.path}?limit=1` : route.path);
        rows.push(await listRowOf(route, parties, typeof body['next'] === 'string' ? body['next'] : null));
      }
      process.stdout.write(`${tableOf(rows)}\n`);
      expect(rows.flatMap(({ findings }) => findings)).toEqual([]);
    }, 60_000);

    it('cannot be named in a body either', async () => {
      const { theirs, stranger, own } = parties;
      const bodies = (things: Parties['theirs']): readonly (readonly [string, unknown])[] => [
        ['/api/toolkits', { name: 'with-foreign', description: 'x', tools: [things.tool[0]] }],
        ['/api/toolkits', { name: 'with-foreign', description: 'x', tools: [things.tool[1]] }],
        [`/api/tenants/${STRANGER}/keys`, { name: 'x', type: 'service', roles: ['viewer'], principalId: things.key[0] }],
        ['/api/playbooks', { name: 'with-foreign', description: 'x', steps: [{ id: 'a', title: 'a', type: 'call_tool', tool: things.tool[0], payload: {} }] }],
        ['/api/tools/executions/rerun', { filter: { tool: things.tool[0] }, dryRun: true }],
        [`/api/tools/${own.tool[0] ?? ''}/execute`, { payload: {}, agent: things.agent[1] }],
        [`/api/tools/${own.tool[0] ?? ''}/validate`, { payload: {}, agent: things.agent[1] }],
      ];
      const [foreign, unknown] = [bodies(theirs), bodies(NOBODYS)];
      for (const [index, [path, body]] of foreign.entries()) {
        const [answer, other] = [await stranger.post(path, body), await stranger.post(path, unknown[index]?.[1])];
        expect({ path, body, status: answer.status, code: answer.body['code'] }).toEqual({ path, body, status: other.status, code: other.body['code'] });
        if (answer.status < 300) for (const made of [answer, other]) if (typeof made.body['id'] === 'string' && path !== foreign[5]?.[0]) await stranger.call('DELETE', `${path}/${made.body['id']}`);
      }
    }, 30_000);

    it('are kept apart by the database too, and a policy that is missing is found', async () => {
      const { findings, tables: looked } = await tables.findings(OWNER, STRANGER);
      process.stdout.write(`${looked} tables of five services, as the roles that serve HTTP see them: ${findings.length} findings\n`);
      expect(findings).toEqual([]);

      await tables.run('alter table registry.tools disable row level security');
      try {
        expect((await tables.findings(OWNER, STRANGER)).findings).toEqual([expect.stringMatching(/^registry\.tools: a stranger sees \d+ rows$/)]);
      } finally {
        await tables.run('alter table registry.tools enable row level security');
      }
      const agents = routes.find(({ method, path }) => method === 'GET' && path === '/api/agents/{agent}') as Route;
      await tables.withoutPolicy('registry.agents', 'api', async () => {
        expect((await tables.findings(OWNER, STRANGER)).findings).toEqual([expect.stringMatching(/^registry\.agents: the owner sees 0 of its \d+ rows$/)]);
        expect(await controlOf(agents, parties.owner, parties.theirs)).toEqual([expect.stringContaining('the owner itself gets 404')]);
      });
      expect(await controlOf(agents, parties.owner, parties.theirs)).toEqual([]);
      expect((await tables.findings(OWNER, STRANGER)).findings).toEqual([]);
    }, 60_000);
  });
}

/** As people read it. */
function tableOf(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(({ route }) => route.length));
  const lines = rows.map(({ route, calls, answers, findings }) => `  ${route.padEnd(width)}  ${String(calls).padStart(3)} calls  ${answers.join(', ').padEnd(8)}  ${findings.length} findings`);
  const sum = (of: (row: Row) => number): number => rows.reduce((all, row) => all + of(row), 0);
  return [...lines, `  ${rows.length} routes, ${sum(({ calls }) => calls)} calls, ${sum(({ findings }) => findings.length)} findings`].join('\n');
}
