import { generateKeyPair } from 'jose';
import { routesOf } from '../isolation/routes.js';
import { NOBODYS } from '../isolation/things.js';
import { Api } from '../support/api.js';
import type { Issuer } from '../support/issuer.js';
import type { System } from '../support/system.js';

const ROLES = ['viewer', 'operator', 'builder', 'approver', 'auditor', 'tenant-admin'];
const NOT_THEIRS: Readonly<Record<string, readonly string[]>> = {
  viewer: ['executions:execute', 'tools:write', 'tools:enable', 'agents:write', 'approvals:decide', 'audit:read', 'keys:manage', 'kill-switches:write', 'dead-letters:redrive', 'tenants:manage'],
  operator: ['tools:write', 'tools:enable', 'agents:write', 'approvals:decide', 'keys:manage', 'kill-switches:write', 'tenants:manage'],
  builder: ['approvals:decide', 'audit:read', 'keys:manage', 'kill-switches:write', 'tenants:manage'],
  approver: ['executions:execute', 'tools:write', 'agents:write', 'keys:manage', 'tenants:manage'],
  auditor: ['executions:execute', 'tools:write', 'approvals:decide', 'keys:manage', 'tenants:manage'],
  'tenant-admin': ['tenants:manage', 'global:write'],
};

/** Who may come in, as whom, and what each may do. */
export function describeIdentity(system: System, issuer: () => Issuer): void {
  const as = (credential: string): Api => new Api(system.ready.url, credential);
  const me = async (credential: string, headers: Readonly<Record<string, string>> = {}) => {
    const api = as(credential);
    const answer = await api.get('/api/me', headers);
    await api.close();
    return answer;
  };
  const keyOf = async (body: object): Promise<string> => String((await system.api.post('/api/tenants/demo/keys', { name: 'identity', type: 'user', ...body })).body['key']);

  describe('a person with a token of the issuer', () => {
    it('is who the token says, and runs tools as that', async () => {
      const token = await issuer().token();
      expect(await me(token)).toMatchObject({ status: 200, body: { tenantId: 'demo', principal: { type: 'user', id: 'oidc:mary' }, roles: ['operator'] } });
      const api = as(token);
      const { body } = await api.post('/api/tools/echo/execute', { payload: { text: 'mine' } }, { prefer: 'wait=10' });
      expect(body).toMatchObject({ status: 'succeeded', requestedBy: { type: 'user', id: 'oidc:mary' } });
      expect((await api.post('/api/tools', {})).status).toBe(403);
      await api.close();
    });

    it('is nobody with any other token', async () => {
      const { privateKey } = await generateKeyPair('ES256');
      const now = Math.floor(Date.now() / 1_000);
      const [header = '', payload = ''] = (await issuer().token()).split('.');
      const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`;
      const tokens = [
        await issuer().token({}, privateKey), await issuer().token({ exp: now - 100 }), await issuer().token({ aud: 'other' }), await issuer().token({ iss: 'https://evil.example.com/' }),
        await issuer().token({ tenant: 'nobody' }), none, `${header}.${payload}.AA`, `${(await issuer().token()).slice(0, 40)}${'x'.repeat(9_000)}`,
      ];
      for (const token of tokens) expect((await me(token)).status).toBe(401);
    });
  });

  describe('a tenant', () => {
    it('is that of the credential, whatever headers, bodies and paths say', async () => {
      const key = await keyOf({ roles: ['tenant-admin'] });
      for (const tenant of ['demo', 'isolation-owner', '', 'demo, demo']) expect((await me(key, { 'x-toolplane-tenant': tenant })).status).toBe(403);
      expect((await me(await issuer().token(), { 'x-toolplane-tenant': 'demo' })).status).toBe(403);
      expect((await me(key, { 'x-tenant-id': 'isolation-owner', tenant: 'isolation-owner' })).body).toMatchObject({ tenantId: 'demo' });
      const api = as(key);
      expect((await api.post('/api/tools', { name: 'x', tenantId: 'isolation-owner' })).status).toBe(400);
      expect((await api.get('/api/tenants/isolation-owner/keys')).status).toBe(404);
      await api.close();
    });
  });

  describe('a body', () => {
    it('is taken by no route with a property that the route does not know', async () => {
      const routes = routesOf((await system.api.get('/api/openapi.json')).body).filter(({ body }) => body !== undefined);
      expect(routes.length).toBeGreaterThan(20);
      for (const { method, path, parameters, body } of routes) {
        let index = 0;
        const url = path.replaceAll(/\{\w+\}/g, () => {
          const kind = parameters[index++]?.kind;
          return kind ? encodeURIComponent(NOBODYS[kind][0] ?? '') : 'tool';
        });
        for (const name of ['isSystem', 'approvedBy', 'role']) {
          const { status } = await system.api.call(method, url, { body: { ...(body as object), [name]: 'x' } });
          expect({ method, path, name, status }).toEqual({ method, path, name, status: 400 });
        }
      }
    }, 30_000);
  });

  describe('a key', () => {
    it('of an agent acts as that agent, and one that may not act for others does not', async () => {
      const agent = as(await keyOf({ type: 'agent', agent: 'analysis', roles: ['operator'] }));
      expect(await agent.post('/api/tools/echo/execute', { payload: {}, agent: 'brainstorm' })).toMatchObject({ status: 403 });
      expect((await agent.get('/api/me')).body).toMatchObject({ agent: 'analysis', principal: { type: 'agent' } });
      expect((await agent.post('/api/tools/task_success/execute', { payload: { summary: 'done' } })).body).toMatchObject({ agent: 'analysis' });
      expect((await agent.post('/api/tools/echo/execute', { payload: {}, actor: { type: 'user', id: 'mary' } })).status).toBe(403);
      await agent.close();
      const acting = as(await keyOf({ type: 'service', mayActFor: true, roles: ['operator'] }));
      const { body } = await acting.post('/api/tools/echo/execute', { payload: {}, actor: { type: 'user', id: 'mary' } });
      expect(body).toMatchObject({ actor: { type: 'user', id: 'mary' }, requestedBy: { type: 'service' } });
      await acting.close();
    });

    it('may do what its roles say, on every route, and nothing else', async () => {
      const routes = routesOf((await system.api.get('/api/openapi.json')).body);
      const rows: string[] = [];
      for (const role of ROLES) {
        const api = as(await keyOf({ roles: [role] }));
        const permissions = (await api.get('/api/me')).body['permissions'] as readonly string[];
        expect(NOT_THEIRS[role]?.filter((permission) => permissions.includes(permission))).toEqual([]);
        let refused = 0;
        for (const { method, path, permission, parameters, body } of routes) {
          // What is permitted is only looked at: what it would change, its own suites change.
          if (permissions.includes(permission) && (method !== 'GET' || path.endsWith('/stream'))) continue;
          let index = 0;
          const url = path.replaceAll(/\{\w+\}/g, () => {
            const kind = parameters[index++]?.kind;
            return kind ? encodeURIComponent(NOBODYS[kind][0] ?? '') : 'tool';
          });
          const { status } = await api.call(method, url, body === undefined ? {} : { body });
          expect({ role, method, path, forbidden: status === 403 }).toEqual({ role, method, path, forbidden: !permissions.includes(permission) });
          refused += Number(status === 403);
        }
        rows.push(`  ${role.padEnd(14)} ${routes.length - refused} of ${routes.length} routes`);
        await api.close();
      }
      process.stdout.write(`${rows.join('\n')}\n`);
    }, 60_000);
  });
}
