import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { secrets } from './secrets.js';

describe('toolplane secrets', () => {
  const root = mkdtempSync(path.join(tmpdir(), 'toolplane-secrets-'));
  afterAll(() => rmSync(root, { recursive: true }));
  const contents = (): Record<string, string> =>
    Object.fromEntries(
      readdirSync(root, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => [name, readFileSync(path.join(parentPath, name), 'utf8')]),
    );

  it('makes every key and URL of a deployment, each for its owner alone, and changes nothing when it runs again', async () => {
    await secrets(root, 'made', 'db.internal:5432');
    const made = contents();
    expect(made['url-execution_api']).toMatch(/^postgres:\/\/execution_api:[\w-]{32}@db\.internal:5432\/toolplane\n$/);
    expect(made['url-admin']).toContain(made['database-admin']?.trim());
    expect(Object.keys(made)).toEqual(
      expect.arrayContaining(['admin-key', 'internal-token-private-key.pem', 'internal-token-public-key.pem', 'request-digest-key']),
    );
    // Public keys are for everybody.
    for (const name of Object.keys(made).filter((each) => each !== 'sealing-keys.json')) {
      const file = name === 'admin-key' ? path.join(root, 'made', name) : path.join(root, 'made/secrets', name);
      expect([name, statSync(file).mode & 0o077]).toEqual([name, 0]);
    }
    await secrets(root, 'made', 'db.internal:5432');
    expect(contents()).toEqual(made);
  });
});
