import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ConfigurationError, readDeclared } from '@toolplane/config';
import type { Agent, AssignmentView, Tool, Toolkit } from '@toolplane/contracts/documents';
import { ToolRegistryChanged } from '@toolplane/contracts/events';
import { testEnvironment } from '@toolplane/service-kit/testing';
import { ADMIN, as, echo, testRegistry } from '../testing/test-registry.js';
import { DeclaredSync } from './declared-sync.js';

const folder = mkdtempSync(path.join(tmpdir(), 'toolplane-config-'));
cpSync('deploy/config', folder, { recursive: true });
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string): string => path.join(folder, name);
/** Changes a file, and answers how to undo it. */
const edit = (name: string, from: string | RegExp, to: string): (() => void) => {
  const text = readFileSync(file(name), 'utf8');
  expect(text).toMatch(from);
  writeFileSync(file(name), text.replace(from, to));
  return () => writeFileSync(file(name), text);
};

describe('what files declare', () => {
  const registry = testRegistry({ CONFIG_DIR: folder });
  const get = async <Body>(url: string, tenant = 'demo') => registry.http<Body>({ method: 'GET', url, as: as(tenant) });
  const sync = () => registry.get(DeclaredSync).sync(readDeclared(folder));
  const faults = async (): Promise<string[]> => {
    try {
      await sync();
      return [];
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      return error.faults.map(({ source, line, message }) => `${path.basename(source)}:${line} ${message}`);
    }
  };
  const digest = async (): Promise<string> =>
    JSON.stringify(await Promise.all(['tools', 'tool_versions', 'agents', 'assignments', 'toolkits', 'toolkit_tools', 'announcements'].map((table) =>
      registry.database.query(`select md5(string_agg(t::text, '' order by t::text)) from registry.${table} t`))));

  it('is there as soon as the registry answers, for every tenant, and says where it is from', async () => {
    expect((await get<Tool>('/api/tools/asset_creation')).body).toMatchObject({ origin: 'config', scope: 'global', tenantId: null, version: '1.0.0' });
    expect((await get<Toolkit>('/api/toolkits/asset_tools')).body).toMatchObject({ origin: 'config', tools: ['asset_intelligence', 'asset_creation', 'critical_attributes'] });
    const { body } = await get<Agent>('/api/agents/discovery');
    expect(body).toMatchObject({ origin: 'config', displayName: 'Discovery', tenantId: null, createdBy: { type: 'service', id: 'declared-configuration' } });
    const rows = await registry.database.query<{ tool: string; limit: number; origin: string }>(
      `select t.name as tool, a.usage_limit as limit, a.origin from registry.assignments a join registry.tools t on t.id = a.tool_id
        join registry.agents g on g.id = a.agent_id where g.name = 'discovery' order by a.order_index`,
    );
    expect(rows).toEqual([
      { tool: 'asset_creation', limit: 50, origin: 'config' },
      ...['data_validation', 'critical_attributes', 'asset_intelligence'].map((tool) => ({ tool, limit: -1, origin: 'config' })),
    ]);
  });

  it('is the same when it is read again', async () => {
    const before = await digest();
    await sync();
    expect(await digest()).toBe(before);
  });

  it('becomes what the files say, and a tool a new version', async () => {
    const undo = [
      edit('tools.yaml', 'Finds what is known about an asset.', 'Finds all that is known about an asset.'),
      edit('agents.yaml', 'usageLimit: 50', 'usageLimit: 5'),
      edit('agents.yaml', 'displayName: Field mapper', 'displayName: Mapper'),
    ];
    await sync();
    expect((await get<Tool>('/api/tools/asset_intelligence')).body).toMatchObject({ version: '1.0.1' });
    expect((await get<Agent>('/api/agents/field_mapper')).body).toMatchObject({ displayName: 'Mapper', version: '1.0.1' });
    expect((await get<{ items: AssignmentView[] }>('/api/tools/asset_intelligence/versions')).body.items).toHaveLength(2);
    for (const back of undo.reverse()) back();
    await sync();
  });

  it('is gone when it is in no file any more, with what hung on it, while history stays', async () => {
    const tool = (await get<Tool>('/api/tools/mapping_confidence')).body;
    const undo = [
      edit('agents.yaml', /  - name: field_mapper[^]*?(?=  - name: questionnaire)/, ''),
      edit('tools.yaml', /  - name: mapping_confidence[^]*?(?=  - name: critical)/, ''),
      edit('tools.yaml', /toolkits:[^]*?(?=commonCategories)/, ''),
    ];
    await sync();
    for (const url of ['/api/tools/mapping_confidence', '/api/agents/field_mapper', '/api/toolkits/asset_tools']) expect((await get(url)).status).toBe(404);
    expect((await get(`/api/tools/${tool.id}/versions`)).status).toBe(200);
    expect((await get('/api/agents/discovery')).status).toBe(200);
    for (const back of undo.reverse()) back();
    await sync();
    expect((await get('/api/agents/field_mapper')).status).toBe(200);
  });

  it('cannot be changed over the API, by the platform’s administrator neither', async () => {
    const [tool, agent, toolkit] = [(await get<Tool>('/api/tools/asset_creation')).body, (await get<Agent>('/api/agents/discovery')).body, (await get<Toolkit>('/api/toolkits/asset_tools')).body];
    const before = await digest();
    const tries = [
      ['PUT', '/api/tools/asset_creation', { ...tool, description: 'Mine.' }], ['DELETE', '/api/tools/asset_creation'],
      ['PUT', '/api/agents/discovery', { ...agent, displayName: 'Mine' }], ['DELETE', '/api/agents/discovery'],
      ['PUT', '/api/toolkits/asset_tools', { ...toolkit, description: 'Mine.' }], ['DELETE', '/api/toolkits/asset_tools'],
    ] as const;
    for (const [method, url, body] of tries) {
      const answer = await registry.http({ method, url, ...(body && { body }), as: ADMIN });
      expect({ method, url, status: answer.status, code: answer.body.code }).toEqual({ method, url, status: 409, code: 'DECLARED_IN_FILE' });
      expect([403, 409]).toContain((await registry.http({ method, url, ...(body && { body }), as: as('demo') })).status);
    }
    expect(await digest()).toBe(before);
  });

  it('can be switched off by a tenant, for itself, and stays so when it is read again', async () => {
    await registry.http({ method: 'PUT', url: '/api/tools/data_validation/enablement', body: { enabled: false } });
    await sync();
    expect((await get<Tool>('/api/tools/data_validation')).body.enabled).toBe(false);
    await registry.http({ method: 'PUT', url: '/api/tools/data_validation/enablement', body: { enabled: true } });
  });

  it('is told to the other services like every change, and audited', () => {
    const told = registry.published(ToolRegistryChanged).filter(({ data }) => data.changedBy?.id === 'declared-configuration');
    expect(new Set(told.map(({ data }) => data.kind))).toEqual(new Set(['tool', 'tool_version', 'toolkit', 'agent', 'assignment']));
    expect(told.filter(({ data }) => data.kind === 'agent' && data.change !== null).length).toBeGreaterThan(2);
  });

  it('does not take over what was made over the API, and changes nothing then', async () => {
    await registry.http({ method: 'POST', url: '/api/tools', body: { ...echo, name: 'asset-report', scope: 'global' }, as: ADMIN });
    const undo = edit('tools.yaml', 'name: data_validation\n', 'name: asset_report\n    description: x\n    category: x\n    type: dummy\n    inputSchema: { type: object }\n  - name: data_validation\n');
    const before = await digest();
    expect(await faults()).toEqual([expect.stringMatching(/^tools\.yaml:\d+ something global of that name was made over the API/)]);
    expect(await digest()).toBe(before);
    undo();
  });

  it('is refused, with file and line, where this deployment cannot run it', async () => {
    const undo = [
      edit('tools.yaml', 'name: data_validation\n', 'name: on_mcp\n    description: x\n    category: x\n    type: mcp\n    mcp: { url: "https://mcp.example.com/", tool: t }\n    inputSchema: { type: object }\n  - name: data_validation\n'),
    ];
    const before = await digest();
    expect(await faults()).toEqual([expect.stringMatching(/^tools\.yaml:\d+ needs the provider mcp/)]);
    expect(await digest()).toBe(before);
    for (const back of undo) back();
  });
});

describe('the registry with faulty files', () => {
  it('does not start, names each with file and line, and ends with 78', () => {
    const undo = edit('agents.yaml', 'specificTools: [mapping_confidence]', 'specificTools: [mapping_konfidence]');
    const nowhere = 'postgres://a@127.0.0.1:1/d';
    const env = { ...testEnvironment(), PATH: process.env.PATH, DATABASE_API_URL: nowhere, DATABASE_WORKER_URL: nowhere, CONFIG_DIR: folder, SWC_NODE_PROJECT: 'tsconfig.base.json' };
    const started = spawnSync(process.execPath, ['--conditions=@toolplane/source', '--import', '@swc-node/register/esm-register', 'apps/registry/src/main.ts'], { env, encoding: 'utf8' });
    expect({ status: started.status, stderr: started.stderr }).toEqual({
      status: 78,
      stderr: expect.stringMatching(/agents\.yaml:\d+ \/agents\/1\/specificTools\/0: the tool "mapping_konfidence" is unknown/) as string,
    });
    undo();
  });
});
