import type { Tenant } from '@toolplane/contracts/documents';
import { ToolControlChanged, ToolRegistryChanged } from '@toolplane/contracts/events';
import { eventually } from '@toolplane/service-kit/testing';
import { ADMIN, as, echo, testRegistry } from '../testing/test-registry.js';

describe('tenants', () => {
  const registry = testRegistry();
  const call = (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: object, caller = ADMIN) =>
    registry.http<Tenant & { code?: string }>({ method, url: `/api/tenants${path}`, ...(body && { body }), as: caller });

  it('are provisioned as rows, once', async () => {
    const { status, body, headers } = await call('POST', '', { id: 'new-one', displayName: 'New one' });
    expect({ status, location: headers.location }).toEqual({ status: 201, location: '/api/tenants/new-one' });
    expect(body).toMatchObject({ id: 'new-one', displayName: 'New one', status: 'active' });
    expect((await call('POST', '', { id: 'new-one', displayName: 'Again' })).body.code).toBe('NAME_TAKEN');
    await eventually(() => {
      const said = registry.published(ToolRegistryChanged).filter(({ tenantid, data }) => tenantid === 'new-one' && data.kind === 'tenant');
      expect(said.map(({ data }) => data)).toMatchObject([{ kind: 'tenant', id: 'new-one', object: { id: 'new-one', displayName: 'New one', status: 'active' } }]);
    });
  });

  it.each(['Upper', '-a', 'a_b', '*', '', 'a'.repeat(64)])('are not called %j', async (id) => {
    expect((await call('POST', '', { id, displayName: 'x' })).status).toBe(422);
  });

  it('are suspended, freed and deleted, and whoever runs their work is told', async () => {
    await call('POST', '', { id: 'mortal', displayName: 'Mortal' });
    expect((await call('PATCH', '/mortal', { status: 'suspended' })).body.status).toBe('suspended');
    expect((await call('PATCH', '/mortal', { status: 'suspended', displayName: 'Still' })).body.displayName).toBe('Still');
    expect((await call('PATCH', '/mortal', { status: 'active' })).body.status).toBe('active');
    expect((await call('DELETE', '/mortal')).status).toBe(204);
    expect((await call('GET', '/mortal')).body.status).toBe('deleted');
    expect((await call('DELETE', '/mortal')).status).toBe(404);
    expect((await call('PATCH', '/mortal', { status: 'active' })).status).toBe(404);
    await eventually(() => {
      const said = registry.published(ToolControlChanged).filter(({ tenantid, data }) => tenantid === 'mortal' && data.kind !== 'tool_disabled');
      expect(said.map(({ data }) => [data.kind, data.on])).toEqual([['tenant_suspended', true], ['tenant_suspended', false], ['tenant_deleted', true]]);
    });
  });

  it('change by what is named alone', async () => {
    expect((await call('PATCH', '/demo', {})).status).toBe(422);
    expect((await call('PATCH', '/demo', { id: 'other' })).status).toBe(400);
    expect((await call('PATCH', '/demo', { status: 'deleted' })).status).toBe(422);
  });

  it('that rest take no new tools', async () => {
    await call('POST', '', { id: 'resting', displayName: 'Resting' });
    await call('PATCH', '/resting', { status: 'suspended' });
    for (const tenant of ['resting', 'never-made']) {
      const answer = await registry.http({ method: 'POST', url: '/api/tools', body: echo, as: as(tenant) });
      expect(answer.body).toMatchObject({ status: 403, code: 'TENANT_INACTIVE' });
    }
  });

  it('are the platform administrator’s; each sees its own', async () => {
    expect((await call('GET', '/demo', undefined, as('demo', 'viewer'))).body.id).toBe('demo');
    expect((await call('GET', '/demo', undefined, as('acme'))).status).toBe(404);
    for (const [method, path, body] of [['GET', ''], ['POST', '', { id: 'x', displayName: 'x' }], ['PATCH', '/demo', { displayName: 'x' }], ['DELETE', '/demo']] as const) {
      expect((await call(method, path, body, as('demo'))).status).toBe(403);
    }
    const { body } = await registry.http<{ items: Tenant[] }>({ method: 'GET', url: '/api/tenants?limit=200', as: ADMIN });
    expect(body.items.map(({ id }) => id)).toEqual(expect.arrayContaining(['demo', 'new-one', 'mortal']));
  });
});
