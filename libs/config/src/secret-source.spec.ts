import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readSecretSource } from './secret-source.js';

describe('reading a secret', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'toolplane-secret-'));
  const file = path.join(folder, 'key');
  afterAll(() => rmSync(folder, { recursive: true }));

  it('reads the variable or the file anew at each call', () => {
    const env: Record<string, string> = { KEY: 'first' };
    expect(readSecretSource({ env: 'KEY' }, env)).toBe('first');
    env.KEY = 'second';
    expect(readSecretSource({ env: 'KEY' }, env)).toBe('second');
    writeFileSync(file, 'first\n');
    expect(readSecretSource({ file }, env)).toBe('first');
    writeFileSync(file, 'second');
    expect(readSecretSource({ file }, env)).toBe('second');
  });

  it('gives null for what is not set, empty or cannot be read', () => {
    writeFileSync(file, '\n');
    expect(readSecretSource({ env: 'KEY' }, {})).toBeNull();
    expect(readSecretSource({ env: 'KEY' }, { KEY: '' })).toBeNull();
    expect(readSecretSource({ file }, {})).toBeNull();
    expect(readSecretSource({ file: path.join(folder, 'absent') }, {})).toBeNull();
  });
});
