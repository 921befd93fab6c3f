import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { completeTool, type ToolBody } from '@toolplane/contracts/documents';
import { echo } from '../testing/test-registry.js';
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
  const checks = (): ToolChecks => new ToolChecks({ providers: ['http', 'dummy'], secretsFile });
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
  ])('secret %j for tenant %j: %j', (secretRef, tenantId, taken) => {
    const judge = () => checks().refuseBody(withKey(secretRef), tenantId);
    if (taken) expect(judge).not.toThrow();
    else expect(judge).toThrow(expect.objectContaining({ code: 'DEFINITION_INVALID', options: { details: [{ pointer: '/auth/secretRef', detail: expect.any(String) }] } }));
  });

  it('says of another’s secret what it says of none', () => {
    const said = (secretRef: string): unknown => {
      try {
        return checks().refuseBody(withKey(secretRef), 'demo');
      } catch (error) {
        return (error as { options: unknown }).options;
      }
    };
    expect(said('other')).toEqual(said('nothing'));
  });

  it('is asked again when an earlier version comes back', () => {
    expect(() => checks().refuseHere(completeTool(withKey('nothing')), 'demo')).toThrow(expect.objectContaining({ code: 'DEFINITION_INVALID' }));
    expect(() => checks().refuseHere(completeTool({ ...echo, type: 'custom', implementation: 'x' }), 'demo')).toThrow(expect.objectContaining({ code: 'PROVIDER_NOT_DEPLOYED' }));
  });

  it('cannot be told while the file is broken, and is told again once it is mended', async () => {
    const good = JSON.stringify({ own: entry(['demo']) });
    await writeFile(secretsFile, '{');
    expect(() => checks().refuseBody(withKey('own'), 'demo')).toThrow(expect.objectContaining({ name: 'DependencyDown' }));
    expect(() => checks().refuseBody(echo, 'demo')).not.toThrow();
    await writeFile(secretsFile, good);
    expect(() => checks().refuseBody(withKey('own'), 'demo')).not.toThrow();
  });

  it.each([
    ['http://127.1/', 'an IPv4 address is written as four plain decimal numbers'],
    ['https://api.example.com//a', 'the path has an empty segment'],
    ['https://me@api.example.com/', 'must not carry credentials; use auth'],
  ])('tells of %j what every worker would say', (url, detail) => {
    const judge = () => checks().refuseBody({ ...echo, type: 'http', endpoint: { url } }, 'demo');
    expect(judge).toThrow(expect.objectContaining({ options: { details: [{ pointer: '/endpoint/url', detail }] } }));
  });

  it('takes placeholders for plain segments', () => {
    const inputSchema = { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] };
    const endpoint = { url: 'https://api.example.com/v1/users/{id}?view=short' };
    expect(() => checks().refuseBody({ ...echo, type: 'http', inputSchema, endpoint }, 'demo')).not.toThrow();
  });

  it('without a file takes any reference: the worker asks before it sends', () => {
    expect(() => new ToolChecks({ providers: ['http'] }).refuseBody(withKey('nothing'), 'demo')).not.toThrow();
  });
});
