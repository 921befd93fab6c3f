import type { CreatedKey } from '@toolplane/contracts/documents';
import { generateApiKey } from '@toolplane/security/credentials';
import { InternalTokens } from '@toolplane/service-kit';
import { ADMIN, ADMIN_KEY, as, testRegistry } from '../testing/test-registry.js';

interface Exchanged {
  readonly token: string;
  readonly expiresAt: string;
  readonly caller: { tenantId: string; principal: { type: string; id: string }; roles: string[]; agent: string | null; mayActFor: boolean; ip: string | null };
  readonly code?: string;
}

describe('the exchange of credentials', () => {
  const registry = testRegistry();
  const exchange = (credential: string, body: object = {}) =>
    registry.http<Exchanged>({ method: 'POST', url: '/internal/tokens', body: { credential, ip: '10.0.0.9', ...body }, as: null });
  const makeKey = async (tenant: string, body: object): Promise<CreatedKey> => {
    const answer = await registry.http<CreatedKey>({ method: 'POST', url: `/api/tenants/${tenant}/keys`, body: { name: 'k', type: 'service', roles: ['operator'], ...body }, as: ADMIN });
    expect(answer.status).toBe(201);
    return answer.body;
  };
  beforeAll(() => registry.provision('acme', 'gone', 'resting'));

  it('gives a minute of a verified identity', async () => {
    const key = await makeKey('acme', { type: 'agent', agent: 'analysis', mayActFor: true });
    const { status, body } = await exchange(key.key);
    expect(status).toBe(200);
    expect(body.caller).toEqual({ tenantId: 'acme', principal: { type: 'agent', id: key.principalId }, roles: ['operator'], agent: 'analysis', mayActFor: true, ip: '10.0.0.9' });
    expect(Date.parse(body.expiresAt) - Date.now()).toBeLessThanOrEqual(60_000);
    expect(await registry.get(InternalTokens).verify(body.token)).toMatchObject(body.caller);
    const me = await registry.http({ method: 'GET', url: '/api/me', as: null, headers: { 'x-toolplane-token': body.token } });
    expect(me.body).toMatchObject({ tenantId: 'acme', principal: { id: key.principalId }, agent: 'analysis', permissions: expect.arrayContaining(['executions:execute']) });
  });

  it('takes the bootstrap key for a person who administers the platform from tenant demo', async () => {
    expect((await exchange(ADMIN_KEY)).body.caller).toMatchObject({ tenantId: 'demo', principal: { type: 'user' }, roles: ['platform-admin'] });
    expect((await exchange(ADMIN_KEY, { tenant: 'acme' })).body.caller.tenantId).toBe('acme');
    expect((await exchange(ADMIN_KEY, { tenant: 'nobody' })).status).toBe(403);
    expect((await exchange(ADMIN_KEY, { tenant: '' })).status).toBe(403);
  });

  it('lets nobody else choose a tenant, not even its own', async () => {
    const { key } = await makeKey('acme', { type: 'user', roles: ['tenant-admin'] });
    for (const tenant of ['acme', 'demo']) expect((await exchange(key, { tenant })).body.code).toBe('FORBIDDEN');
    const admin = await makeKey('acme', { type: 'user', roles: ['platform-admin'] });
    expect((await exchange(admin.key)).body.caller.tenantId).toBe('acme');
    expect((await exchange(admin.key, { tenant: 'demo' })).body.caller.tenantId).toBe('demo');
  });

  it('refuses what is no live key of ours, always in the same words', async () => {
    const { key } = await makeKey('acme', {});
    const revoked = await makeKey('acme', {});
    await registry.http({ method: 'DELETE', url: `/api/tenants/acme/keys/${revoked.id}`, as: ADMIN });
    const expired = await makeKey('acme', { expiresAt: new Date(Date.now() + 60_000).toISOString() });
    await registry.database.query(`update registry.api_keys set expires_at = now() where id = $1`, [expired.id]);
    const ofDeleted = await makeKey('gone', {});
    await registry.http({ method: 'DELETE', url: '/api/tenants/gone', as: ADMIN });
    // Same prefix, so that a row is found, and another secret with a right checksum.
    const guessed = generateApiKey();
    await registry.database.query(`update registry.api_keys set prefix = $1 where prefix = (select prefix from registry.api_keys where id = $2)`, [guessed.prefix, (await makeKey('acme', {})).id]);

    const answers = await Promise.all(
      [key.slice(0, -1), `${key}x`, key.toLowerCase(), 'Bearer x', generateApiKey().key, revoked.key, expired.key, ofDeleted.key, guessed.key, `${ADMIN_KEY}x`].map((text) => exchange(text)),
    );
    expect(new Set(answers.map(({ status, body }) => JSON.stringify([status, { ...body, traceId: '' }]))).size).toBe(1);
    expect(answers[0]).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' } });
    expect((await exchange(key)).status).toBe(200);
  });

  it('refuses a tenant that is suspended until it is active again', async () => {
    const { key } = await makeKey('resting', {});
    const set = (status: string) => registry.http({ method: 'PATCH', url: '/api/tenants/resting', body: { status }, as: ADMIN });
    await set('suspended');
    expect((await exchange(key)).body).toMatchObject({ status: 403, code: 'TENANT_INACTIVE' });
    await set('active');
    expect((await exchange(key)).status).toBe(200);
  });

  it.each([[{}], [{ credential: '' }], [{ credential: 'a', roles: ['platform-admin'] }], [{ credential: 'a', tenant: 'a\u0000' }]])('refuses the body %j', async (body) => {
    const { status } = await registry.http({ method: 'POST', url: '/internal/tokens', body, as: null });
    expect([400, 422]).toContain(status);
  });

  it('tells every caller who it is, and nobody who is nobody', async () => {
    expect((await registry.http({ method: 'GET', url: '/api/me', as: as('acme', 'viewer') })).body).toMatchObject({ tenantId: 'acme', roles: ['viewer'] });
    expect((await registry.http({ method: 'GET', url: '/api/me', as: null })).status).toBe(401);
  });
});

describe('without a bootstrap key', () => {
  const registry = testRegistry({ BOOTSTRAP_ADMIN_KEY: '' });

  it('no text is one', async () => {
    for (const credential of ['undefined', ADMIN_KEY]) {
      expect((await registry.http({ method: 'POST', url: '/internal/tokens', body: { credential }, as: null })).status).toBe(401);
    }
  });
});
