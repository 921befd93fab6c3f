import type { KillSwitch, Tool } from '@toolplane/contracts/documents';
import { checkEvent, ToolControlChanged } from '@toolplane/contracts/events';
import { eventually } from '@toolplane/service-kit/testing';
import { ADMIN, analyst, as, echo, testRegistry } from '../testing/test-registry.js';

type Answer = KillSwitch & { readonly code: string };

describe('kill switches', () => {
  const registry = testRegistry();
  const put = (path: string, body: object, caller: Parameters<typeof registry.http>[0]['as'] = as('demo')) => registry.http<Answer>({ method: 'PUT', url: `/api/kill-switches/${path}`, body, as: caller });
  const get = (path: string, caller = as('demo')) => registry.http<Answer>({ method: 'GET', url: `/api/kill-switches/${path}`, as: caller });
  const said = (id: string) => registry.published(ToolControlChanged).filter(({ data }) => data.kind === 'kill_switch' && data.target.id === id);
  const tool = async (body: object, caller: Parameters<typeof registry.http>[0]['as'] = as('demo')) => (await registry.http<Tool>({ method: 'POST', url: '/api/tools', body: { ...echo, ...body }, as: caller })).body;
  beforeAll(() => registry.provision('acme'));

  it('stop a tool by name, tell so at once, and free it again', async () => {
    const { id } = await tool({ name: 'hot' });
    expect((await get('tool/hot')).body).toEqual({ type: 'tool', id, name: 'hot', scope: 'tenant', on: false, reason: null, changedAt: null, changedBy: null });
    expect((await put('tool/hot', { on: true, reason: 'upstream burns' })).body).toMatchObject({ id, on: true, reason: 'upstream burns', changedBy: { id: 'tester' } });
    expect((await get(`tool/${id}`)).body).toMatchObject({ on: true, reason: 'upstream burns' });
    await put('tool/hot', { on: true, reason: 'upstream burns' });
    await put(`tool/${id}`, { on: false });
    const events = await eventually(() => {
      expect(said(id)).toHaveLength(2);
      return said(id);
    });
    for (const { tenantid, data } of events) expect({ tenantid, fault: checkEvent(ToolControlChanged, data) }).toEqual({ tenantid: 'demo', fault: null });
    expect(events.map(({ data }) => [data.target.type, data.on, data.reason])).toEqual([['tool', true, 'upstream burns'], ['tool', false, null]]);
    expect(events[1]?.data.revision).toBeGreaterThan(events[0]?.data.revision ?? Infinity);
  });

  it('stop an agent type by its name', async () => {
    const { id } = (await registry.http<{ id: string }>({ method: 'POST', url: '/api/agents', body: analyst })).body;
    expect((await put(`agent/${id}`, { on: true })).body).toMatchObject({ type: 'agent', id: 'secret_analyst', on: true });
    await eventually(() => expect(said('secret_analyst')[0]?.data.target).toEqual({ type: 'agent', id: 'secret_analyst' }));
  });

  it('of the platform stop everybody, and are not a tenant’s to free', async () => {
    const { id } = await tool({ name: 'shared', scope: 'global' }, ADMIN);
    await tool({ name: 'shared' });
    expect((await put('tool/shared', { on: true, scope: 'global' })).body.code).toBe('FORBIDDEN');
    expect((await put('tool/shared', { on: true, scope: 'global', reason: 'recall' }, ADMIN)).body).toMatchObject({ id, scope: 'global', on: true });
    expect((await get('tool/shared', as('acme'))).body).toMatchObject({ scope: 'global', on: true });
    await put(`tool/${id}`, { on: false }, as('acme'));
    expect((await get('tool/shared', as('acme'))).body).toMatchObject({ scope: 'global', on: true });
    await eventually(() => expect(said(id).map(({ tenantid, data }) => [tenantid, data.on])).toEqual([['*', true]]));
  });

  it('stop a tenant: its own by itself, any by the platform administrator', async () => {
    expect((await put('tenant/demo', { on: true })).body).toMatchObject({ type: 'tenant', id: 'demo', on: true });
    expect((await put('tenant/acme', { on: true })).body.code).toBe('NOT_FOUND');
    expect((await put('tenant/nobody', { on: true })).body.code).toBe('NOT_FOUND');
    expect((await put('tenant/acme', { on: true }, ADMIN)).body).toMatchObject({ id: 'acme', on: true });
    expect((await get('tenant/acme', as('acme'))).body.on).toBe(true);
    await eventually(() => expect(said('acme')[0]).toMatchObject({ tenantid: 'acme', data: { target: { type: 'tenant', id: 'acme' }, on: true } }));
  });

  it('can be taken back from what is gone', async () => {
    const { id } = await tool({ name: 'gone' });
    await put('tool/gone', { on: true });
    await registry.http({ method: 'DELETE', url: '/api/tools/gone' });
    expect((await put('tool/gone', { on: false })).body.code).toBe('NOT_FOUND');
    expect((await put(`tool/${id}`, { on: false })).body).toMatchObject({ name: 'gone', on: false });
  });

  it('are listed page by page, those of the platform too', async () => {
    const first = await registry.http<{ items: KillSwitch[]; next: string }>({ method: 'GET', url: '/api/kill-switches?limit=1', as: as('acme') });
    const second = await registry.http<{ items: KillSwitch[]; next: null }>({ method: 'GET', url: `/api/kill-switches?cursor=${first.body.next}`, as: as('acme') });
    expect([...first.body.items, ...second.body.items].map(({ type, scope, on }) => [type, scope, on])).toEqual([['tenant', 'tenant', true], ['tool', 'global', true]]);
  });

  it('are an administrator’s; others look', async () => {
    for (const role of ['viewer', 'operator', 'builder', 'approver', 'auditor']) {
      expect((await put('tool/hot', { on: true }, as('demo', role))).status).toBe(403);
      expect((await get('tool/hot', as('demo', role))).status).toBe(200);
    }
    for (const path of ['toolkit/basic_tools', 'tool/nothing', 'agent/nobody', 'constructor/x']) expect((await put(path, { on: true })).status).toBe(404);
    for (const body of [{}, { on: 'yes' }, { on: true, tenantId: 'acme' }, { on: true, reason: '' }]) expect([400, 422]).toContain((await put('tool/hot', body)).status);
  });
});
