import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { decideUrl } from '@toolplane/security/egress';
import { readEgressRules, watchedEgressRules } from './egress-rules.js';

const call = { tenant: 'demo', tool: { id: 'tool-1', name: 'a-tool' }, method: 'GET' };

describe('the egress policy of a worker', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'toolplane-egress-'));
  const file = path.join(folder, 'egress.json');
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is safe as it is delivered', () => {
    const rules = readEgressRules(path.join(import.meta.dirname, '../../../deploy/policies/egress.json'));
    expect(decideUrl(rules, 'https://api.example.com/', call).verdict).toBe('allow');
    for (const url of ['http://api.example.com/', 'https://127.0.0.1/', 'https://vault.internal/'])
      expect(decideUrl(rules, url, call).verdict).toBe('deny');
    expect(rules.private).toEqual([]);
  });

  it('names every fault with file and pointer', () => {
    writeFileSync(
      file,
      JSON.stringify({ default: 'deny', allow: [{ origin: 'https://*.com' }], private: [{ cidr: '10.0.0.0/2', ports: [80] }] }),
    );
    expect(() => readEgressRules(file)).toThrow(/allow\/0\/origin[^]*private\/0\/cidr/);
    writeFileSync(file, JSON.stringify({ default: 'anything' }));
    expect(() => readEgressRules(file)).toThrow('/default');
  });

  it('is read again when it has changed', async () => {
    const watched = watchedEgressRules(file);
    writeFileSync(file, JSON.stringify({ default: 'deny' }));
    expect(decideUrl(await watched.current(), 'https://api.example.com/', call).verdict).toBe('deny');
    writeFileSync(file, JSON.stringify({ default: 'public-https' }));
    expect(decideUrl(await watched.current(), 'https://api.example.com/', call).verdict).toBe('allow');
    writeFileSync(file, '{');
    await expect(watched.current()).rejects.toThrow('not JSON');
  });
});
