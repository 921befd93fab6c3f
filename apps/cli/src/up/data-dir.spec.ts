import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DataDir } from './data-dir.js';
import { addSealingKey, prepareKeys, rolePasswords } from './keys.js';
import { writePolicies } from './policies.js';

describe('the data folder', () => {
  const root = mkdtempSync(path.join(tmpdir(), 'toolplane-data-'));
  const dataDir = DataDir.at('.data', root);
  const modeOf = (name: string): number => statSync(dataDir.file(name)).mode & 0o777;
  beforeAll(() => dataDir.open());
  afterAll(() => rmSync(root, { recursive: true }));

  it('makes keys once, for its owner alone', async () => {
    const first = await prepareKeys(dataDir);
    expect(await prepareKeys(dataDir)).toEqual(first);
    expect(first.adminKey).toMatch(/^tp_/);
    for (const name of [
      'admin-key',
      'secrets/request-digest-key',
      'secrets/internal-token-private-key.pem',
      'secrets/internal-token-public-key.pem',
      'secrets/unsealing-keys.json',
    ]) {
      expect([name, modeOf(name)]).toEqual([name, 0o600]);
    }
    expect(modeOf('secrets')).toBe(0o700);
  });

  it('shows of the keys that open sealed fields only what seals them, also of those that were added', async () => {
    const { sealingKeysFile, unsealingKeysFile } = await prepareKeys(dataDir);
    const [{ d, ...first }] = (JSON.parse(await readText(unsealingKeysFile)) as { keys: [{ d: string }] }).keys;
    expect(JSON.parse(await readText(sealingKeysFile))).toEqual({ keys: [first] });
    const { kid } = await addSealingKey(dataDir);
    await prepareKeys(dataDir);
    expect(JSON.parse(await readText(sealingKeysFile))).toEqual({ keys: [first, expect.objectContaining({ kid })] });
    expect(await readText(sealingKeysFile)).not.toContain('"d"');
    expect(JSON.parse(await readText(unsealingKeysFile))).toEqual({ keys: [{ ...first, d }, expect.objectContaining({ kid, d: expect.any(String) })] });
  });

  it('makes a password for each role, and keeps it', async () => {
    const passwords = await rolePasswords(dataDir, ['a', 'b']);
    expect(passwords.a).not.toBe(passwords.b);
    expect(await rolePasswords(dataDir, ['b', 'a'])).toEqual(passwords);
  });

  it('is told to people as they would type it', () => {
    expect(DataDir.at('.data', process.cwd()).shown).toBe('.data');
    expect(DataDir.at('/somewhere/else', root).shown).toBe('/somewhere/else');
  });

  it('opens the sandbox and nothing else of this machine', async () => {
    const { egressFile, secretsFile } = await writePolicies(dataDir, root, 'http://127.0.0.1:18080');
    expect(JSON.parse(await readText(egressFile))).toEqual({
      default: 'public-https',
      allow: [{ origin: 'http://127.0.0.1:18080' }],
      private: [{ cidr: '127.0.0.1/32', ports: [18080] }],
    });
    expect(JSON.parse(await readText(secretsFile))).toMatchObject({
      'sandbox-api-key': { tenants: ['*'], origins: ['http://127.0.0.1:18080'] },
    });
  });
});

const readText = async (file: string): Promise<string> => (await import('node:fs/promises')).readFile(file, 'utf8');
