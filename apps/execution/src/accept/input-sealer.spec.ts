import { makeSealingKeys, openPayload } from '@toolplane/security/sealing';
import { InputSealer } from './input-sealer.js';

const KEYS = await makeSealingKeys('one');
const check = { toolId: '0193e3b1-7c40-7a52-9a51-0d6f2c1b8e10', toolName: 'echo', toolVersion: '1.0.0', sensitive: { input: ['/key'], output: [] } };
const request = (payload: Record<string, unknown>) => ({ check, request: { payload } });

describe('sealing before anything is stored', () => {
  const sealer = new InputSealer(() => ({ keys: [KEYS.sealing] }));

  it('seals what the answer of the check names, for the tool’s name and the caller’s tenant', async () => {
    const payload = await sealer.seal('demo', request({ key: 'c4n4ry', text: 'hi' }));
    expect(payload).toMatchObject({ text: 'hi' });
    expect(JSON.stringify(payload)).not.toContain('c4n4ry');
    expect((await openPayload(payload, ['/key'], { tenantId: 'demo', tool: 'echo' }, { keys: [KEYS.unsealing] })).payload).toEqual({ key: 'c4n4ry', text: 'hi' });
    expect(await sealer.seal('demo', request(payload))).toBe(payload);
  });

  it('refuses what it cannot seal, and names the variable', async () => {
    const none = new InputSealer(null);
    await expect(none.seal('demo', request({ key: 'c4n4ry' }))).rejects.toMatchObject({ code: 'SEALING_NOT_CONFIGURED', message: expect.stringContaining('SEALING_KEYS_FILE') });
    expect(await none.seal('demo', request({ text: 'hi' }))).toEqual({ text: 'hi' });
  });
});
