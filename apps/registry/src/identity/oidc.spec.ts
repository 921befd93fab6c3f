import { createHmac } from 'node:crypto';
import { ConfigurationError, loadConfig } from '@toolplane/config';
import { testEnvironment } from '@toolplane/service-kit/testing';
import { base64url, exportSPKI } from 'jose';
import { registryConfig } from '../registry.config.js';
import { LocalIssuer, makeKey } from '../testing/local-issuer.js';
import { ADMIN, testRegistry } from '../testing/test-registry.js';

interface Exchanged { readonly code?: string; readonly caller: { tenantId: string; principal: object; roles: string[]; agent: string | null; mayActFor: boolean } }

const issuer = new LocalIssuer();
const [rsa, ec, ed, stranger, next] = await Promise.all([
  makeKey('rsa', 'RS256'), makeKey('ec', 'ES256'), makeKey('ed', 'EdDSA'), makeKey('rsa', 'RS256'), makeKey('next', 'ES256'),
]);
issuer.publish([rsa.jwk, ec.jwk, ed.jwk]);
afterAll(() => issuer.close());

const seconds = (offset: number): number => Math.floor(Date.now() / 1_000) + offset;
const part = (value: unknown): string => base64url.encode(JSON.stringify(value));
/** Signed by hand, with what no library signs. */
const forged = async (header: object, sign: (text: string) => string): Promise<string> => {
  const [, payload = ''] = (await issuer.sign(rsa)).split('.');
  const text = `${part(header)}.${payload}`;
  return `${text}.${sign(text)}`;
};
const hmac = (secret: string) => (text: string): string => createHmac('sha256', secret).update(text).digest('base64url');

describe('a token of the issuer', () => {
  const registry = testRegistry(issuer.env);
  const exchange = (credential: string, body: object = {}) => registry.http<Exchanged>({ method: 'POST', url: '/internal/tokens', body: { credential, ...body }, as: null });
  beforeAll(() => registry.provision('resting', 'gone'));

  it.each([['RS256', rsa], ['ES256', ec], ['EdDSA', ed]] as const)('with %s says who bears it, for which tenant and in which roles', async (_alg, key) => {
    const { status, body } = await exchange(await issuer.sign(key));
    expect(status).toBe(200);
    expect(body.caller).toEqual({ tenantId: 'demo', principal: { type: 'user', id: 'oidc:mary' }, roles: ['operator'], agent: null, mayActFor: false, ip: null });
  });

  it('that a program got for itself is no person’s, and one of an agent is the agent’s', async () => {
    const typeOf = async (claims: object) => (await exchange(await issuer.sign(ec, { ...claims }))).body.caller;
    for (const claims of [{ sub: 'ci', client_id: 'ci' }, { sub: 'ci', azp: 'ci' }, { gty: 'client-credentials' }, { principal_type: 'service' }]) {
      expect((await typeOf(claims)).principal).toMatchObject({ type: 'service' });
    }
    expect(await typeOf({ agent: 'analysis' })).toMatchObject({ principal: { type: 'agent' }, agent: 'analysis' });
  });

  it('gives no role that is not ours, and never the platform’s', async () => {
    const rolesOf = async (roles: unknown) => (await exchange(await issuer.sign(ec, { roles }))).body.caller.roles;
    expect(await rolesOf('builder viewer admin')).toEqual(['viewer', 'builder']);
    expect(await rolesOf(['platform-admin', 'root', 7])).toEqual([]);
    expect(await rolesOf(undefined)).toEqual([]);
  });

  it('may be a minute too old or too young for our clock, and no more', async () => {
    for (const claims of [{ exp: seconds(-50) }, { nbf: seconds(50) }]) expect((await exchange(await issuer.sign(ec, claims))).status).toBe(200);
    for (const claims of [{ exp: seconds(-70) }, { nbf: seconds(70) }]) expect((await exchange(await issuer.sign(ec, claims))).status).toBe(401);
  });

  const attacks: readonly (readonly [string, () => Promise<string>])[] = [
    ['without a signature (alg none)', () => forged({ alg: 'none' }, () => '')],
    ['without a signature, in other letters', () => forged({ alg: 'nOnE' }, () => 'AA')],
    ['with the public key as a shared secret (HS for RS)', async () => forged({ alg: 'HS256', kid: 'rsa' }, hmac(await exportSPKI(rsa.publicKey)))],
    ['with the key set’s text as a shared secret', () => forged({ alg: 'HS256', kid: 'rsa' }, hmac(JSON.stringify(rsa.jwk)))],
    ['with the algorithm of another key', () => forged({ alg: 'ES256', kid: 'rsa' }, hmac('x'))],
    ['with an algorithm that is not on the list', async () => issuer.sign(await makeKey('rsa', 'RS384'))],
    ['signed by a stranger under a known kid', () => issuer.sign(stranger)],
    ['signed by a stranger under an unknown kid', () => issuer.sign({ ...stranger, kid: 'stranger' })],
    ['with a kid that is a path', () => issuer.sign({ ...stranger, kid: '../../../../dev/null' })],
    ['with a kid that is an empty file’s secret', () => forged({ alg: 'HS256', kid: '/dev/null' }, hmac(''))],
    ['with a kid that is SQL', () => issuer.sign({ ...stranger, kid: `x' union select 'secret` })],
    ['that names the keys to be believed (jku)', () => issuer.sign(stranger, {}, { jku: 'https://evil.example.com/jwks.json' })],
    ['that names the keys to be believed (jku), well signed', () => issuer.sign(rsa, {}, { jku: 'https://evil.example.com/jwks.json' })],
    ['that names a certificate (x5u)', () => issuer.sign(rsa, {}, { x5u: 'https://evil.example.com/c.pem' })],
    ['that brings its own key (jwk)', () => issuer.sign({ ...stranger, kid: 'own' }, {}, { jwk: stranger.jwk })],
    ['with a critical header nobody knows', () => forged({ alg: 'RS256', kid: 'rsa', crit: ['x'], x: 1 }, () => 'AA')],
    ['for another audience', () => issuer.sign(rsa, { aud: 'somebody-else' })],
    ['for an audience that only begins like ours', () => issuer.sign(rsa, { aud: 'toolplane.example.com' })],
    ['for no audience', () => issuer.sign(rsa, { aud: undefined })],
    ['of another issuer', () => issuer.sign(rsa, { iss: 'https://evil.example.com/' })],
    ['of an issuer that only begins like ours', () => issuer.sign(rsa, { iss: 'https://login.example.com' })],
    ['of no issuer', () => issuer.sign(rsa, { iss: undefined })],
    ['that has expired', () => issuer.sign(rsa, { exp: seconds(-3_600) })],
    ['that is not valid yet', () => issuer.sign(rsa, { nbf: seconds(3_600) })],
    ['that never expires', () => issuer.sign(rsa, { exp: undefined })],
    ['whose end is no number', () => issuer.sign(rsa, { exp: 'never' })],
    ['of nobody', () => issuer.sign(rsa, { sub: undefined })],
    ['of nobody in particular', () => issuer.sign(rsa, { sub: '' })],
    ['without a tenant', () => issuer.sign(rsa, { tenant: undefined })],
    ['of a tenant that is not there', () => issuer.sign(rsa, { tenant: 'nobody' })],
    ['of a tenant that is no name', () => issuer.sign(rsa, { tenant: '*' })],
    ['of two tenants', () => issuer.sign(rsa, { tenant: ['demo', 'resting'] })],
    ['of a kind of principal that does not exist', () => issuer.sign(rsa, { principal_type: 'root' })],
    ['of an agent that is no name', () => issuer.sign(rsa, { agent: 'a/b' })],
    ['that was changed', async () => (await issuer.sign(rsa)).replace(/\.[^.]+\./, `.${part({ sub: 'mary', tenant: 'demo', roles: ['tenant-admin'] })}.`)],
    ['whose signature was cut', async () => (await issuer.sign(rsa)).slice(0, -8)],
    ['that is huge', () => issuer.sign(rsa, { more: 'x'.repeat(5_000) }).then((token) => `${token.slice(0, 8_100)}.x.y`)],
    ['that is two tokens', async () => `${await issuer.sign(rsa)}.${await issuer.sign(rsa)}`],
  ];
  it.each(attacks)('%s is refused with 401, like every other', async (_title, make) => {
    const { status, body } = await exchange(await make());
    expect({ status, ...body, traceId: '' }).toMatchObject({ status: 401, code: 'UNAUTHENTICATED', detail: 'The credential is missing or not valid', errors: [] });
  });

  it('is worth nothing where the tenant is suspended or deleted', async () => {
    const token = await issuer.sign(rsa, { tenant: 'resting' });
    const ofGone = await issuer.sign(rsa, { tenant: 'gone' });
    expect([(await exchange(token)).status, (await exchange(ofGone)).status]).toEqual([200, 200]);
    await registry.http({ method: 'PATCH', url: '/api/tenants/resting', body: { status: 'suspended' }, as: ADMIN });
    await registry.http({ method: 'DELETE', url: '/api/tenants/gone', as: ADMIN });
    expect((await exchange(token)).body.code).toBe('TENANT_INACTIVE');
    expect((await exchange(ofGone)).status).toBe(401);
  });

  it('chooses no tenant but its own', async () => {
    expect((await exchange(await issuer.sign(rsa, { roles: ['tenant-admin'] }), { tenant: 'demo' })).body.code).toBe('FORBIDDEN');
  });

  it('of a new key counts as soon as the file has it, and of a removed one no more', async () => {
    const [fresh, old] = [await issuer.sign(next), await issuer.sign(rsa)];
    expect((await exchange(fresh)).status).toBe(401);
    issuer.publish([next.jwk, ec.jwk]);
    expect([(await exchange(fresh)).status, (await exchange(old)).status]).toEqual([200, 401]);
    issuer.write('{"keys":[');
    expect((await exchange(fresh)).status).toBe(200);
    issuer.publish([rsa.jwk, ec.jwk, ed.jwk]);
  });
});

describe('an issuer with words of its own', () => {
  const registry = testRegistry({
    ...issuer.env,
    OIDC_TENANT_CLAIM: 'https://example.com/tenant',
    OIDC_ROLES_CLAIM: '/realm_access/roles',
    OIDC_ROLE_NAMES: '{"staff":"builder","ops":"platform-admin"}',
  });

  it('is understood as the operator says', async () => {
    const token = await issuer.sign(rsa, { tenant: undefined, roles: ['auditor'], 'https://example.com/tenant': 'demo', realm_access: { roles: ['staff', 'ops', 'viewer'] } });
    const { body } = await registry.http<Exchanged>({ method: 'POST', url: '/internal/tokens', body: { credential: token }, as: null });
    expect(body.caller).toMatchObject({ tenantId: 'demo', roles: ['builder', 'platform-admin'] });
  });
});

describe('without an issuer', () => {
  const registry = testRegistry();

  it('no token is a credential', async () => {
    expect((await registry.http({ method: 'POST', url: '/internal/tokens', body: { credential: await issuer.sign(rsa) }, as: null })).status).toBe(401);
  });
});

describe('a configuration of the issuer', () => {
  const load = (env: object) => {
    const database = { DATABASE_API_URL: 'postgres://a@h/d', DATABASE_WORKER_URL: 'postgres://a@h/d' };
    try {
      return loadConfig(registryConfig, { ...testEnvironment(), ...database, ...env }).oidc;
    } catch (error) {
      return error instanceof ConfigurationError ? error.faults.map(({ source, message }) => `${source} ${message}`) : error;
    }
  };
  const wrong: readonly (readonly [string, object, string])[] = [
    ['the audience is missing', { ...issuer.env, OIDC_AUDIENCE: '' }, 'OIDC_AUDIENCE is required with OIDC_ISSUER'],
    ['the issuer is missing', { ...issuer.env, OIDC_ISSUER: '' }, 'OIDC_AUDIENCE needs OIDC_ISSUER'],
    ['the keys are not there', { ...issuer.env, OIDC_JWKS_FILE: '/nowhere' }, 'OIDC_JWKS_FILE /nowhere cannot be read (ENOENT)'],
    ['an algorithm has no public key', { ...issuer.env, OIDC_ALGORITHMS: 'RS256,HS256' }, 'OIDC_ALGORITHMS must be one of'],
    ['a role is not ours', { ...issuer.env, OIDC_ROLE_NAMES: '{"a":"root"}' }, 'OIDC_ROLE_NAMES must be one of'],
  ];
  it.each(wrong)('is refused where %s', (_title, env, fault) => {
    expect(load(env)).toContainEqual(expect.stringContaining(fault));
  });

  it.each([
    ['a shared secret', { keys: [{ kty: 'oct', k: 'c2VjcmV0' }] }, 'not of type RSA, EC, OKP'],
    ['a private key', { keys: [{ ...ec.jwk, d: 'c2VjcmV0' }] }, 'only public ones belong here'],
    ['nothing', { keys: [] }, 'holds no key'],
    ['something else', { issuer: 'x' }, 'is not a JSON Web Key Set'],
  ])('is refused where its key set holds %s', (_title, content, fault) => {
    issuer.write(JSON.stringify(content));
    expect(load(issuer.env)).toEqual([expect.stringContaining(fault)]);
    expect(JSON.stringify(load(issuer.env))).not.toContain('c2VjcmV0');
    issuer.publish([rsa.jwk]);
  });
});
