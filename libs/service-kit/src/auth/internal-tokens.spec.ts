import { generateKeyPairSync } from 'node:crypto';
import { SignJWT } from 'jose';
import { testCaller } from '../testing/test-environment.js';
import { InternalTokens } from './internal-tokens.js';

const pair = () =>
  generateKeyPairSync('ed25519', { publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' } });
const UNAUTHENTICATED = expect.objectContaining({ code: 'UNAUTHENTICATED' }) as Error;

describe('InternalTokens', () => {
  const keys = pair();
  let now = Date.parse('2026-11-20T12:00:00Z');
  const registry = new InternalTokens(keys, () => now);
  const service = (): InternalTokens => new InternalTokens({ publicKey: keys.publicKey }, () => now);

  it('gives back the caller that was vouched for, with the token', async () => {
    const caller = testCaller({ roles: ['viewer'], agent: 'brainstorm' });
    const { token, expiresAt } = await registry.issue(caller);
    expect(await service().verify(token)).toEqual({ ...caller, token });
    expect(expiresAt).toBe('2026-11-20T12:01:00.000Z');
  });

  it('refuses a token after its minute and the leeway, also one it remembers', async () => {
    const { token } = await registry.issue(testCaller());
    const remembering = service();
    await remembering.verify(token);
    now += 119_000;
    await expect(remembering.verify(token)).resolves.toMatchObject({ tenantId: 'demo' });
    now += 2_000;
    await expect(remembering.verify(token)).rejects.toEqual(UNAUTHENTICATED);
  });

  it('refuses a token of another key, of another audience, unsigned or without an end', async () => {
    const { token } = await new InternalTokens(pair(), () => now).issue(testCaller());
    await expect(service().verify(token)).rejects.toEqual(UNAUTHENTICATED);
    const { createPrivateKey } = await import('node:crypto');
    const key = createPrivateKey(keys.privateKey);
    const elsewhere = await new SignJWT({}).setProtectedHeader({ alg: 'EdDSA' }).setIssuer('toolplane/registry').setAudience('x').setIssuedAt().sign(key);
    const endless = await new SignJWT({}).setProtectedHeader({ alg: 'EdDSA' }).setIssuer('toolplane/registry').setAudience('toolplane/services').setIssuedAt().sign(key);
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${token.split('.')[1] ?? ''}.`;
    for (const bad of [elsewhere, endless, unsigned, '', 'x'.repeat(10_000)]) await expect(service().verify(bad)).rejects.toEqual(UNAUTHENTICATED);
  });

  it('issues nothing without the private key', async () => {
    await expect(service().issue(testCaller())).rejects.toThrow('only the registry');
  });
});
