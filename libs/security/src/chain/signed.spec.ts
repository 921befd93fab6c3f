import { generateKeyPairSync } from 'node:crypto';
import { signerOf, verifierOf } from './signed.js';

const privateKey = (): string => generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;

describe('a signed statement', () => {
  const [mine, theirs] = [signerOf(privateKey()), signerOf(privateKey())];
  const statement = { type: 'checkpoint' as const, tenantId: 'demo', seq: 5, hash: 'a', at: '2026-11-21T01:00:00.000Z' };

  it('holds by the key that signed it, whatever the order of its members, and by no other', () => {
    const signed = mine.sign(statement);
    const turned = Object.fromEntries(Object.entries(signed).reverse()) as typeof signed;
    expect([signed, turned].map(verifierOf([theirs.publicKey, mine.publicKey]))).toEqual([true, true]);
    expect(verifierOf([theirs.publicKey])(signed)).toBe(false);
    expect(verifierOf([])(signed)).toBe(false);
  });

  it.each([
    ['another place', { seq: 6 }], ['another tenant', { tenantId: 'other' }], ['another kind', { type: 'tombstone' }], ['more', { extra: 1 }],
    ['another key’s name', { keyId: theirs.keyId }], ['another signature', { signature: theirs.sign(statement).signature }], ['none', { signature: '' }],
  ])('does not hold with %s', (_title, change) => {
    expect(verifierOf([mine.publicKey, theirs.publicKey])({ ...mine.sign(statement), ...change })).toBe(false);
  });

  it('is made with Ed25519 only', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
    expect(() => signerOf(rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string)).toThrow(/Ed25519/);
    expect(() => verifierOf([rsa.publicKey.export({ type: 'spki', format: 'pem' }) as string])).toThrow(/Ed25519/);
  });
});
