import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { defineConfig, loadConfig, sealingVariables } from './index.js';

const folder = mkdtempSync(path.join(tmpdir(), 'toolplane-config-'));
const file = path.join(folder, 'sealing-keys.json');
const write = (content: unknown): void => {
  writeFileSync(`${file}.new`, typeof content === 'string' ? content : JSON.stringify(content));
  renameSync(`${file}.new`, file);
};
afterAll(() => rmSync(folder, { recursive: true }));

const key = (kid: string) => ({ kty: 'EC', crv: 'P-256', kid, x: 'x'.repeat(43), y: 'y'.repeat(43) });
const load = (env: Record<string, string> = { SEALING_KEYS_FILE: file }) => loadConfig(defineConfig({ sealing: sealingVariables() }), env).sealing;

describe('the keys to seal with', () => {
  it('are none without a file', () => expect(load({})).toEqual({ keys: null }));

  it('are those of the file, as it is now', () => {
    write({ keys: [key('a')] });
    const { keys } = load();
    expect(keys?.().keys.map(({ kid }) => kid)).toEqual(['a']);
    expect(keys?.()).toBe(keys?.());
    write({ keys: [key('a'), key('b')] });
    expect(keys?.().keys.map(({ kid }) => kid)).toEqual(['a', 'b']);
  });

  it('stay those that were good while the file is not', () => {
    write({ keys: [key('a')] });
    const { keys } = load();
    write('{"keys":[');
    expect(keys?.().keys).toHaveLength(1);
    rmSync(file);
    expect(keys?.().keys).toHaveLength(1);
    write({ keys: [key('c')] });
    expect(keys?.().keys.map(({ kid }) => kid)).toEqual(['c']);
  });

  it.each<[string, unknown, string]>([
    ['no JSON', '{', 'is not JSON'],
    ['no key', { keys: [] }, 'fewer'],
    ['a private key', { keys: [{ ...key('a'), d: 'secret-part' }] }, '/keys/0'],
    ['a key of another curve', { keys: [{ ...key('a'), crv: 'P-521' }] }, '/keys/0/crv'],
  ])('are refused at start where the file holds %s, without showing it', (_title, content, reason) => {
    write(content);
    expect(() => load()).toThrow(/SEALING_KEYS_FILE/);
    expect(() => load()).toThrow(reason);
    expect(() => load()).not.toThrow('secret-part');
  });
});
