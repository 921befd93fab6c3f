import type { Tool } from '@toolplane/contracts/documents';
import { ToolControlChanged, ToolRegistryChanged } from '@toolplane/contracts/events';
import { eventually } from '@toolplane/service-kit/testing';
import { ADMIN, as, echo, testRegistry } from '../testing/test-registry.js';

describe('switching a tool', () => {
  const registry = testRegistry();
  const make = async (body: object, caller = as('demo')): Promise<Tool> =>
    (await registry.http<Tool>({ method: 'POST', url: '/api/tools', body: { ...echo, ...body }, as: caller })).body;
  const get = async (tool: string, tenant: string): Promise<Tool> => (await registry.http<Tool>({ method: 'GET', url: `/api/tools/${tool}`, as: as(tenant) })).body;
  const enable = (tool: string, enabled: boolean, caller = as('demo')) =>
    registry.http<Tool>({ method: 'PUT', url: `/api/tools/${tool}/enablement`, body: { enabled }, as: caller });
  const controls = (id: string) => registry.published(ToolControlChanged).filter(({ data }) => data.target.id === id).map(({ tenantid, data }) => [tenantid, data.on]);
  beforeAll(() => registry.provision('acme'));

  it('of one’s own makes no version, and the flag survives a new one', async () => {
    const { id } = await make({ name: 'own' });
    expect((await enable('own', false)).body).toMatchObject({ enabled: false, version: '1.0.0' });
    const { body } = await registry.http<Tool>({ method: 'PUT', url: '/api/tools/own', body: { ...(await get('own', 'demo')), description: 'New.' } });
    expect(body).toMatchObject({ enabled: false, version: '1.0.1' });
    expect((await enable('own', true)).body.enabled).toBe(true);
    await eventually(() => expect(controls(id)).toEqual([['demo', true], ['demo', false]]));
  });

  it('by a rollback does not happen: a version does not say whether the tool is on', async () => {
    await make({ name: 'back' });
    await registry.http({ method: 'PUT', url: '/api/tools/back', body: { ...echo, name: 'back', description: 'New.' } });
    await enable('back', false);
    const { body } = await registry.http<Tool>({ method: 'POST', url: '/api/tools/back/rollback', body: { version: '1.0.0' } });
    expect(body).toMatchObject({ version: '1.0.0', enabled: false, description: echo.description });
  });

  it('of everyone’s is for one tenant alone', async () => {
    const { id } = await make({ name: 'shared', scope: 'global' }, ADMIN);
    expect((await enable('shared', false, as('acme'))).body.enabled).toBe(false);
    expect([(await get('shared', 'acme')).enabled, (await get('shared', 'demo')).enabled]).toEqual([false, true]);
    expect((await enable('shared', true, as('acme'))).body.enabled).toBe(true);
    await eventually(() => {
      const said = registry.published(ToolRegistryChanged).filter(({ data }) => data.kind === 'enablement');
      expect(said.map(({ tenantid, data }) => [tenantid, data.id, (data.object as { enabled: boolean }).enabled, data.deleted])).toEqual([
        ['acme', id, false, false],
        ['acme', id, true, true],
      ]);
      expect(controls(id)).toEqual([['acme', true], ['acme', false]]);
    });
  });

  it('changes the tag that guards the next change', async () => {
    await make({ name: 'tagged', scope: 'global' }, ADMIN);
    const before = await registry.http({ method: 'GET', url: '/api/tools/tagged' });
    const stale = { 'if-match': String(before.headers.etag) };
    await enable('tagged', false);
    const answer = await registry.http({ method: 'PUT', url: '/api/tools/tagged/enablement', body: { enabled: true }, headers: stale });
    expect(answer.status).toBe(412);
  });

  it('on again cannot undo what is off for everyone', async () => {
    await make({ name: 'off_for_all', scope: 'global', enabled: false }, ADMIN);
    expect((await enable('off_for_all', true, as('acme'))).body).toMatchObject({ status: 409, code: 'CONFLICT' });
    expect((await get('off_for_all', 'acme')).enabled).toBe(false);
  });

  it('for one tenant is not spread to all when the administrator edits what it sees', async () => {
    await make({ name: 'edited', scope: 'global' }, ADMIN);
    await enable('edited', false, ADMIN);
    const shown = (await registry.http<Tool>({ method: 'GET', url: '/api/tools/edited', as: ADMIN })).body;
    await registry.http({ method: 'PUT', url: '/api/tools/edited', body: { ...shown, description: 'New.' }, as: ADMIN });
    expect([(await get('edited', 'demo')).enabled, (await get('edited', 'acme')).enabled]).toEqual([false, true]);
    await registry.http({ method: 'PUT', url: '/api/tools/edited', body: { ...echo, name: 'edited', enabled: true }, as: ADMIN });
    expect((await get('edited', 'demo')).enabled).toBe(true);
  });

  it('needs more than looking at it', async () => {
    await make({ name: 'looked_at' });
    for (const role of ['viewer', 'operator', 'approver', 'auditor']) expect((await enable('looked_at', false, as('demo', role))).status).toBe(403);
    expect((await enable('nothing', false)).body).toMatchObject({ code: 'TOOL_NOT_FOUND' });
  });
});
