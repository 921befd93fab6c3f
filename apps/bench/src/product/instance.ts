import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { request } from 'undici';
import { processesOf } from '../measure/processes.js';

const READY = 'toolplane ready ';
const READY_WITHIN_MS = 180_000;

export interface Ready {
  readonly url: string;
  readonly eventLog: 'kafka' | 'embedded';
  readonly brokers: readonly string[];
  readonly databaseUrl: string;
  readonly metrics: Readonly<Record<string, string>>;
}

export interface Instance {
  readonly dataDir: string;
  readonly ready: Ready;
  readonly adminKey: string;
  /** Stops the services in their tracks, so that what is measured beside them has the machine to itself. */
  freeze(): void;
  /** Lets them go on; resolves when each says again that it is ready. */
  thaw(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the product as a user does, in an empty data folder of its own. */
export async function startInstance(root: string, env: Readonly<Record<string, string>>): Promise<Instance> {
  const dataDir = path.join(root, '.data-bench');
  // Left by a run that was killed: it would hold the ports and the processor.
  for (const { pid } of processesOf(dataDir)) process.kill(pid, 'SIGKILL');
  rmSync(dataDir, { recursive: true, force: true });
  mkdirSync(dataDir);
  const child = execa(process.execPath, [path.join(root, 'apps/cli/bin/toolplane.mjs'), 'up'], {
    cwd: root,
    env: { ...env, TOOLPLANE_DATA_DIR: dataDir },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'inherit',
    buffer: false,
    reject: false,
  });
  const ready = await Promise.race([
    readyLine(child.stdout),
    sleep(READY_WITHIN_MS, undefined, { ref: false }).then(() => Promise.reject(new Error(`not ready within ${READY_WITHIN_MS} ms`))),
  ]);
  const services = (): number[] =>
    processesOf(dataDir).flatMap(({ pid, owner }) => (['kafka', 'postgres', 'launcher', 'cli'].includes(owner) ? [] : [pid]));
  return {
    dataDir,
    ready,
    adminKey: readFileSync(path.join(dataDir, 'admin-key'), 'utf8').trim(),
    freeze: () => services().forEach((pid) => process.kill(pid, 'SIGSTOP')),
    thaw: async () => {
      services().forEach((pid) => process.kill(pid, 'SIGCONT'));
      for (const url of Object.values(ready.metrics)) await isReady(url.replace(/metrics$/, 'readyz'));
    },
    stop: async () => {
      child.kill('SIGTERM');
      await child;
    },
  };
}

/** What comes before it is for people, and what comes after it is read and forgotten: a full pipe would stop the launcher. */
const readyLine = (output: Readable): Promise<Ready> =>
  new Promise((resolve, reject) => {
    createInterface({ input: output })
      .on('line', (line) => {
        if (line.startsWith(READY)) resolve(JSON.parse(line.slice(READY.length)) as Ready);
        else process.stderr.write(`${line}\n`);
      })
      .once('close', () => reject(new Error('the start ended before it was ready')));
  });

async function isReady(url: string): Promise<void> {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(100)) {
    const status = await request(url).then(
      async ({ statusCode, body }) => body.dump().then(() => statusCode),
      () => 0,
    );
    if (status === 200) return;
  }
  throw new Error(`${url} did not become ready again`);
}
