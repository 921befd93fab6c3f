import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { makeSealingKeys } from '@toolplane/security/sealing';
import { SealingKeysController } from './sealing-keys.controller.js';
import { as, testRegistry } from '../testing/test-registry.js';

const folder = mkdtempSync(path.join(tmpdir(), 'toolplane-sealing-'));
const file = path.join(folder, 'sealing-keys.json');
const ONE = (await makeSealingKeys('one')).sealing;
const TWO = (await makeSealingKeys('two')).sealing;
writeFileSync(file, JSON.stringify({ keys: [ONE] }));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the keys to seal with', () => {
  const registry = testRegistry({ SEALING_KEYS_FILE: file });
  const keys = (caller: ReturnType<typeof as> | null = as('demo', 'viewer')) => registry.http({ method: 'GET', url: '/api/sealing-keys', as: caller });

  it('are those of the file as it is now, for everybody who has a credential', async () => {
    expect(await keys()).toMatchObject({ status: 200, body: { keys: [ONE] } });
    writeFileSync(file, JSON.stringify({ keys: [ONE, TWO] }, null, 1));
    expect((await keys()).body).toEqual({ keys: [ONE, TWO] });
    expect((await keys(null)).status).toBe(401);
  });

  it('are missed by name where there are none', () => {
    expect(() => new SealingKeysController({ keys: null }).keys()).toThrow(expect.objectContaining({ code: 'SEALING_NOT_CONFIGURED', message: expect.stringContaining('SEALING_KEYS_FILE') }));
  });
});
