import type { CreatedKey, Key } from '@toolplane/contracts/documents';
import { ADMIN, as, testRegistry } from '../testing/test-registry.js';

describe('keys', () => {
  const registry = testRegistry();
  const create = (body: object, caller = as('demo'), tenant = 'demo') =>
    registry.http<CreatedKey & { code?: string; errors: { pointer: string }[] }>({
      method: 'POST', url: `/api/tenants/${tenant}/keys`, body: { name: 'ci', type: 'service', roles: ['operator'], ...body }, as: caller,
    });

  it('are shown once and kept as a hash', async () => {
    const { status, body, headers } = await create({});
    expect(status).toBe(201);
    expect(headers).toMatchObject({ location: `/api/tenants/demo/keys/${body.id}`, 'cache-control': 'no-store' });
    const { key, ...rest } = body;
    expect(rest).toMatchObject({ name: 'ci', tenantId: 'demo', agent: null, mayActFor: false, expiresAt: null, revokedAt: null, prefix: key.slice(0, 11) });
    const read = await registry.http<Key>({ method: 'GET', url: `/api/tenants/demo/keys/${body.id}` });
    expect(read.body).toEqual(rest);
    const rows = await registry.database.query('select row_to_json(k)::text as text from registry.api_keys k');
    expect(JSON.stringify(rows)).not.toContain(key);
  });

  it('are listed newest first, page by page, revoked ones too', async () => {
    await registry.provision('listed');
    const ids: string[] = [];
    for (const name of ['a', 'b', 'c']) ids.unshift((await create({ name }, ADMIN, 'listed')).body.id);
    const url = `/api/tenants/listed/keys/${ids[0]}`;
    expect((await registry.http({ method: 'DELETE', url, as: ADMIN })).status).toBe(204);
    const { revokedAt } = (await registry.http<Key>({ method: 'GET', url, as: ADMIN })).body;
    expect(revokedAt).not.toBeNull();
    await registry.http({ method: 'DELETE', url, as: ADMIN });
    expect((await registry.http<Key>({ method: 'GET', url, as: ADMIN })).body.revokedAt).toBe(revokedAt);
    const first = await registry.http<{ items: Key[]; next: string }>({ method: 'GET', url: '/api/tenants/listed/keys?limit=2', as: ADMIN });
    const second = await registry.http<{ items: Key[]; next: null }>({ method: 'GET', url: `/api/tenants/listed/keys?limit=2&cursor=${first.body.next}`, as: ADMIN });
    expect([...first.body.items, ...second.body.items].map(({ id }) => id)).toEqual(ids);
  });

  it('of one principal are two at most, for the time it takes to replace one', async () => {
    const { principalId, id } = (await create({ type: 'user' })).body;
    const another = () => create({ type: 'user', principalId });
    const answers = await Promise.all([another(), another(), another()]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    await registry.http({ method: 'DELETE', url: `/api/tenants/demo/keys/${id}` });
    expect((await another()).body.principalId).toBe(principalId);
  });

  it.each<[string, object, number, string]>([
    ['of an agent without its name', { type: 'agent' }, 422, '/agent'],
    ['of a person with an agent’s name', { type: 'user', agent: 'analysis' }, 422, '/agent'],
    ['that has expired already', { expiresAt: '2020-01-01T00:00:00Z' }, 422, '/expiresAt'],
    ['of an unknown principal', { principalId: '0910f337-bcfe-7d40-bebe-04bd023aed9b' }, 422, '/principalId'],
    ['with a role that does not exist', { roles: ['root'] }, 422, '/roles/0'],
    ['with the tenant in the body', { tenantId: 'acme' }, 400, '/tenantId'],
  ])('%s are refused', async (_title, body, status, pointer) => {
    const answer = await create(body);
    expect({ status: answer.status, pointers: answer.body.errors.map((error) => error.pointer) }).toEqual({ status, pointers: [pointer] });
  });

  it('of another type than their principal are refused', async () => {
    const { principalId } = (await create({ type: 'user' })).body;
    expect((await create({ type: 'service', principalId })).body.errors[0]?.pointer).toBe('/type');
  });

  it('are a tenant administrator’s, who cannot make an administrator of the platform', async () => {
    for (const role of ['viewer', 'operator', 'builder', 'approver', 'auditor']) expect((await create({}, as('demo', role))).status).toBe(403);
    expect((await create({ roles: ['platform-admin'] })).body.code).toBe('FORBIDDEN');
    expect((await create({ roles: ['platform-admin'] }, ADMIN)).status).toBe(201);
  });

  it('cannot be made for a tenant that is not there', async () => {
    for (const tenant of ['nobody', 'NOT-AN-ID', '*']) expect((await create({}, ADMIN, tenant)).body.code).toBe('NOT_FOUND');
  });
});
