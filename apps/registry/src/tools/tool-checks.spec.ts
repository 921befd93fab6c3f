import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { completeTool, type ToolBody } from '@toolplane/contracts/documents';
import { echo, inlineProver } from '../testing/test-registry.js';
import { ToolChecks } from './tool-checks.js';

const withKey = (secretRef: string): ToolBody => ({
  ...echo,
  type: 'http',
  endpoint: { url: 'https://api.example.com/' },
  auth: { type: 'api_key', in: 'header', name: 'x-key', secretRef },
});

describe('what this deployment takes', () => {
  let folder: string;
  let secretsFile: string;
  const checks = (): ToolChecks => new ToolChecks({ providers: ['http', 'dummy'], secretsFile }, inlineProver);
  const entry = (tenants: readonly string[]) => ({ tenants, origins: ['https://api.example.com'], from: { env: 'KEY' } });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'registry-'));
    secretsFile = join(folder, 'secrets.json');
    await writeFile(secretsFile, JSON.stringify({ own: entry(['demo']), other: entry(['acme']), all: entry(['*']) }));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it.each<[string, string | null, boolean]>([
    ['own', 'demo', true],
    ['all', 'demo', true],
    ['all', null, true],
    ['own', null, false],
    ['other', 'demo', false],
    ['nothing', 'demo', false],
    ['constructor', 'demo', false],
  ])('secret %j for tenant %j: %j', async (secretRef, tenantId, taken) => {
    const judged = checks().refuseBody(withKey(secretRef), tenantId);
    if (taken) await expect(judged).resolves.toBeUndefined();
    else await expect(judged).rejects.toEqual(expect.objectContaining({ code: 'DEFINITION_INVALID', options: { details: [{ pointer: '/auth/secretRef', detail: expect.any(String) }] } }));
  });

  it('says of another’s secret what it says of none', async () => {
    const said = (secretRef: string): Promise<unknown> => checks().refuseBody(withKey(secretRef), 'demo').catch((error: { options: unknown }) => error.options);
    expect(await said('other')).toEqual(await said('nothing'));
  });

  it('is asked again when an earlier version comes back', () => {
    expect(() => checks().refuseHere(completeTool(withKey('nothing')), 'demo')).toThrow(expect.objectContaining({ code: 'DEFINITION_INVALID' }));
    expect(() => checks().refuseHere(completeTool({ ...echo, type: 'custom', implementation: 'calculator' }), 'demo')).toThrow(expect.objectContaining({ code: 'PROVIDER_NOT_DEPLOYED' }));
  });

  it('cannot be told while the file is broken, and is told again once it is mended', async () => {
    const good = JSON.stringify({ own: entry(['demo']) });
    await writeFile(secretsFile, '{');
    await expect(checks().refuseBody(withKey('own'), 'demo')).rejects.toMatchObject({ name: 'DependencyDown' });
    await checks().refuseBody(echo, 'demo');
    await writeFile(secretsFile, good);
    await checks().refuseBody(withKey('own'), 'demo');
  });

  it.each([
    ['http://127.1/', 'an IPv4 address is written as four plain decimal numbers'],
    ['https://api.example.com//a', 'the path has an empty segment'],
    ['https://me@api.example.com/', 'must not carry credentials; use auth'],
  ])('tells of %j what every worker would say', async (url, detail) => {
    const judged = checks().refuseBody({ ...echo, type: 'http', endpoint: { url } }, 'demo');
    await expect(judged).rejects.toMatchObject({ options: { details: [{ pointer: '/endpoint/url', detail: expect.stringContaining(detail) }] } });
  });

  it('takes placeholders for plain segments', async () => {
    const inputSchema = { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] };
    const endpoint = { url: 'https://api.example.com/v1/users/{id}?view=short' };
    await checks().refuseBody({ ...echo, type: 'http', inputSchema, endpoint }, 'demo');
  });

  it('without a file takes any reference: the worker asks before it sends', async () => {
    await new ToolChecks({ providers: ['http'] }, inlineProver).refuseBody(withKey('nothing'), 'demo');
  });
});
