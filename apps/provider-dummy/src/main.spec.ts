import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Exit codes and signals can be seen from outside only: each test has a process of its own. */
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const FLAGS = ['--conditions=@toolplane/source', '--import', '@swc-node/register/esm-register'];

interface Ended {
  readonly code: number | null;
  readonly text: string;
}

/** Starts the worker, and ends it by the signal once it says the text. */
async function run(env: Record<string, string>, signal?: { readonly when: string; readonly signal: NodeJS.Signals }): Promise<Ended> {
  const child = spawn(process.execPath, [...FLAGS, 'apps/provider-dummy/src/main.ts'], {
    cwd: ROOT,
    env: { TS_NODE_PROJECT: 'tsconfig.base.json', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  let sent = false;
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (!signal || sent || !text.includes(signal.when)) return;
      sent = true;
      child.kill(signal.signal);
      child.kill(signal.signal);
    });
  }
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, text };
}

describe('the worker’s process', () => {
  it('ends with 78 and every fault at once where the configuration is wrong', async () => {
    const { code, text } = await run({ PORT: 'many', CALLS: '0' });
    expect(code).toBe(78);
    for (const name of ['PORT', 'CALLS', 'KAFKA_BROKERS']) expect(text).toContain(name);
  });

  it('runs while the event log is away, and ends with 0 on SIGTERM, however often it comes', async () => {
    const env = { PORT: '0', EVENT_LOG: 'embedded', EVENT_LOG_URL: 'postgres://nobody@127.0.0.1:1/none' };
    const { code, text } = await run(env, { when: 'the worker runs', signal: 'SIGTERM' });
    expect(code).toBe(0);
    expect(text).toContain('the worker stops');
  });
});
