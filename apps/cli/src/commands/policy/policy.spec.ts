import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { main } from '../../main.js';

const ROOT = path.join(import.meta.dirname, '../../../../..');
const EGRESS = {
  default: 'deny',
  allow: [
    { origin: 'https://api.example.com', pathPrefix: '/v1/', methods: ['GET'], tenants: ['demo'] },
    { origin: 'https://erp.corp.internal:8443' },
  ],
  private: [{ cidr: '10.20.0.0/16', ports: [8443] }],
};

describe('toolplane policy', () => {
  let folder: string;
  let said = '';
  const write = process.stdout.write.bind(process.stdout);
  const put = (name: string, value: unknown): void =>
    writeFileSync(path.join(folder, name), typeof value === 'string' ? value : JSON.stringify(value));
  const run = async (...args: readonly string[]): Promise<{ code: number; said: string }> => {
    said = '';
    const { write: errors } = process.stderr;
    process.stdout.write = (text: string | Uint8Array): boolean => ((said += String(text)), true);
    process.stderr.write = process.stdout.write;
    const code = await main(['policy', ...args], ROOT).finally(() => {
      process.stdout.write = write;
      process.stderr.write = errors;
    });
    return { code, said };
  };
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'toolplane-policy-'));
    put('egress.json', EGRESS);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('check finds nothing wrong with the files as they are delivered', async () => {
    await expect(run('check', path.join(ROOT, 'deploy/policies'))).resolves.toMatchObject({
      code: 0,
      said: expect.stringContaining('egress.json: good') as unknown,
    });
  });

  it('check tells every fault of every file, with its place', async () => {
    put('egress.json', { ...EGRESS, allow: [{ origin: 'https://*.com' }, { origin: 'https://a.example.com', caFile: '/no/such.pem' }] });
    put('secrets.json', { key: { tenants: [], origins: ['https://127.1'], from: { env: 'KEY' } } });
    put('ingress.json', {
      a: { topic: 'tool.execution.requested.v1.orders', principal: 'User:a', tenants: ['demo'] },
      b: { topic: 'tool.execution.requested.v1.orders', principal: 'User:b', tenants: ['demo'] },
      c: { topic: 'tool.execution.requested.v1.playbook', principal: 'User:c', tenants: ['demo'] },
    });
    put('sealing-keys.json', '{"keys":');
    const { code, said: text } = await run('check', folder);
    expect(code).toBe(78);
    for (const place of [
      'egress.json/allow/0/origin',
      'secrets.json/key/origins/0',
      'secrets.json/key/tenants',
      'ingress.json/b/topic',
      'ingress.json/c/topic',
      'sealing-keys.json',
    ])
      expect(text).toContain(place);
    put('egress.json', { default: 'anything' });
    await expect(run('check', folder)).resolves.toMatchObject({
      code: 78,
      said: expect.stringContaining('egress.json/default') as unknown,
    });
  });

  it('check does not take an empty folder for a good one', async () => {
    rmSync(path.join(folder, 'egress.json'));
    await expect(run('check', folder)).resolves.toMatchObject({ code: 78 });
  });

  it.each([
    [['https://api.example.com/v1/x'], 0, 'allow allow_list'],
    [['https://api.example.com/v2/x'], 1, 'deny allow_list'],
    [['https://api.example.com/v1/x', '--method', 'post'], 1, 'deny allow_list'],
    [['https://api.example.com/v1/x', '--tenant', 'acme'], 1, 'deny allow_list'],
    [['https://127.1/'], 1, 'deny url_address_form'],
    [['https://api.example.com/v1/x', '--address', '93.184.216.34', '10.0.0.1'], 1, 'deny private'],
    [['https://erp.corp.internal:8443/', '--address', '10.20.3.4'], 0, 'allow private_entry'],
  ])('explain %j ends with %d and says %s', async (args, code, text) => {
    await expect(run('explain', ...args, '--dir', folder)).resolves.toMatchObject({ code, said: expect.stringContaining(text) as unknown });
  });

  it('explain does not explain a policy that has a fault', async () => {
    put('egress.json', { ...EGRESS, proxy: 'socks5://proxy:1080' });
    await expect(run('explain', 'https://api.example.com/v1/x', '--dir', folder)).resolves.toMatchObject({ code: 78 });
  });
});
