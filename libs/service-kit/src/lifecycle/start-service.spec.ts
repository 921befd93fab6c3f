import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { jest } from '@jest/globals';
import { testEnvironment } from '../testing/test-environment.js';

/** Exit codes and signals can be seen from outside only: each test has a process of its own. */
const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const MAIN = 'libs/service-kit/src/testing/fixture-service.ts';

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const start = (env: Record<string, string>, ...args: readonly string[]): { readonly child: ChildProcess; readonly ended: Promise<Ended>; readonly says: (text: string) => Promise<void> } => {
  const child = spawn(
    process.execPath,
    ['--conditions=@toolplane/source', '--import', '@swc-node/register/esm-register', MAIN, ...args],
    { env: { TS_NODE_PROJECT: 'tsconfig.base.json', ...env }, cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let stdout = '';
  let stderr = '';
  const waiting: { readonly text: string; readonly resolve: () => void }[] = [];
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
    for (const { text, resolve } of waiting) if (stdout.includes(text)) resolve();
  });
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<Ended>((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr })));
  return { child, ended, says: (text) => new Promise((resolve) => waiting.push({ text, resolve })) };
};

// Each process compiles its sources first: two seconds on an idle machine, many on a busy one.
jest.setTimeout(90_000);

const good = { ...testEnvironment(), LOG_LEVEL: 'info', OTHER: 'x' };

describe('startService', () => {
  it('ends with 78 and every fault at once where the configuration is wrong', async () => {
    const { code, stderr } = await start({ PORT: 'many', LOG_LEVEL: 'loud' }).ended;
    expect(code).toBe(78);
    for (const name of ['PORT', 'LOG_LEVEL', 'INTERNAL_TOKEN_PUBLIC_KEY', 'OTHER']) expect(stderr).toContain(name);
    expect(stderr).not.toContain('loud');
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('says where it listens, stops on %s, however often it comes, and ends with 0', async (signal) => {
    const { child, ended, says } = start(good);
    await says('the service runs');
    child.kill(signal);
    child.kill(signal);
    const { code, stdout } = await ended;
    expect(code).toBe(0);
    expect(stdout).toContain('"message":"the service stops"');
  });

  it('ends at once when it is told to stop before it serves anybody', async () => {
    const { child, ended, says } = start(good, 'stuck');
    await says('it is stuck');
    child.kill('SIGTERM');
    expect((await ended).code).toBe(0);
  });

  it('logs a bug that nobody caught and ends with 1', async () => {
    const { code, stdout } = await start(good, 'bug').ended;
    expect(code).toBe(1);
    expect(stdout).toMatch(/"level":"error".*the bug/);
  });

  it('prints its OpenAPI document without any configuration', async () => {
    const { code, stdout } = await start({}, '--openapi').ended;
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ openapi: '3.1.0', paths: { '/livez': { get: { 'x-permission': null } } } });
  });
});
