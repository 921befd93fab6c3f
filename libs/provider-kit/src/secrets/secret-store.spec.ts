import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SecretStore } from './secret-store.js';

describe('the store of secrets', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'toolplane-secrets-'));
  const policy = path.join(folder, 'secrets.json');
  const key = path.join(folder, 'weather-key');
  const use = { tenantId: 'demo', origin: 'https://api.example.com' };
  const write = (entry: object): void =>
    writeFileSync(policy, JSON.stringify({ weather: { tenants: ['demo'], origins: [use.origin], from: { file: key }, ...entry } }));
  afterAll(() => rmSync(folder, { recursive: true }));
  beforeEach(() => {
    write({});
    writeFileSync(key, 'first\n');
  });

  it('gives the value for a listed tenant and origin', async () => {
    const store = new SecretStore(policy);
    await expect(store.read('weather', use)).resolves.toBe('first');
    await expect(store.read('weather', { ...use, origin: 'https://api.example.com:443' })).resolves.toBe('first');
  });

  it('answers alike for an unknown reference, another tenant and another origin', async () => {
    const store = new SecretStore(policy);
    const refused = { code: 'SECRET_NOT_BOUND', message: expect.not.stringContaining('weather') as unknown };
    await expect(store.read('constructor', use)).rejects.toMatchObject(refused);
    await expect(store.read('weather', { ...use, tenantId: 'acme' })).rejects.toMatchObject(refused);
    for (const origin of ['https://evil.test', 'http://api.example.com', 'https://api.example.com:8443', 'https://sub.api.example.com']) {
      await expect(store.read('weather', { ...use, origin })).rejects.toMatchObject(refused);
    }
  });

  it('reads policy and value again at every use', async () => {
    const store = new SecretStore(policy);
    await store.read('weather', use);
    writeFileSync(key, 'second');
    await expect(store.read('weather', use)).resolves.toBe('second');
    write({ tenants: ['acme'] });
    await expect(store.read('weather', use)).rejects.toMatchObject({ code: 'SECRET_NOT_BOUND' });
    write({ tenants: ['*'], origins: [use.origin, 'https://b.example.com'] });
    await expect(store.read('weather', { ...use, origin: 'https://b.example.com' })).resolves.toBe('second');
  });

  it('says SECRET_UNAVAILABLE where the value or the policy cannot be read', async () => {
    const store = new SecretStore(policy);
    rmSync(key);
    await expect(store.read('weather', use)).rejects.toMatchObject({ code: 'SECRET_UNAVAILABLE' });
    writeFileSync(policy, '{"weather":');
    await expect(store.read('weather', use)).rejects.toMatchObject({ code: 'SECRET_UNAVAILABLE' });
  });

  it('has nothing to give to a worker without a file', async () => {
    await expect(new SecretStore(null).read('weather', use)).rejects.toMatchObject({ code: 'SECRET_NOT_BOUND' });
  });
});
