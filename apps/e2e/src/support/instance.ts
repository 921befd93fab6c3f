import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { eventually } from './eventually.js';
import { processesOf } from './processes.js';

export const ROOT = path.resolve(import.meta.dirname, '../../../..');
const CLI = path.join(ROOT, 'apps/cli/bin/toolplane.mjs');
const READY_WITHIN_MS = 150_000;
const STOP_WITHIN_MS = 10_000;

export type EventLogKind = 'kafka' | 'embedded';

/** The promised line of a start. */
export interface Ready {
  readonly url: string;
  readonly eventLog: EventLogKind;
  readonly brokers: readonly string[];
  readonly databaseUrl: string;
  readonly adminKeyFile: string;
  readonly dataDir: string;
  readonly sandboxUrl: string;
  readonly metrics: Readonly<Record<string, string>>;
}

/** One start of Toolplane in a data folder of its own, begun and ended as a user does it. */
export class Instance {
  readonly output: string[] = [];
  readonly startedAt = Date.now();
  readyAfterMs = 0;
  private readonly child: ChildProcess;
  private readonly exited: Promise<number | null>;

  private constructor(
    readonly dataDir: string,
    readonly env: Readonly<Record<string, string>>,
  ) {
    this.child = spawn(process.execPath, [CLI, 'up'], {
      cwd: ROOT,
      env: { ...env, TOOLPLANE_DATA_DIR: dataDir },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.exited = new Promise((resolve) => this.child.once('exit', resolve));
  }

  /** @param env the whole environment of the start, but for its data folder */
  static async start(env: Readonly<Record<string, string>>, dataDir: string): Promise<{ instance: Instance; ready: Ready }> {
    const instance = new Instance(dataDir, env);
    return { instance, ready: await instance.ready() };
  }

  private async ready(): Promise<Ready> {
    const line = await new Promise<string>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`no ready line within ${READY_WITHIN_MS} ms:\n${this.output.join('\n')}`)),
        READY_WITHIN_MS,
      );
      for (const stream of [this.child.stdout, this.child.stderr]) {
        if (stream)
          createInterface({ input: stream }).on('line', (text) => {
            this.output.push(text);
            if (text.startsWith('toolplane ready ')) {
              clearTimeout(timer);
              resolve(text);
            }
          });
      }
      void this.exited.then((code) => reject(new Error(`the start ended with ${code}:\n${this.output.join('\n')}`)));
    });
    this.readyAfterMs = Date.now() - this.startedAt;
    return JSON.parse(line.slice('toolplane ready '.length)) as Ready;
  }

  get adminKey(): string {
    return readFileSync(path.join(this.dataDir, 'admin-key'), 'utf8').trim();
  }

  /** SIGTERM to the start itself; resolves with how long it took and what it left behind. */
  async stop(): Promise<{ tookMs: number; left: string[]; exitCode: number | null }> {
    const begun = Date.now();
    this.child.kill('SIGTERM');
    const exitCode = await this.exited;
    const tookMs = Date.now() - begun;
    return { tookMs, left: processesOf(this.dataDir).map(({ commandLine }) => commandLine), exitCode };
  }

  /** For the end of a suite, whatever has happened before. */
  async destroy(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill('SIGTERM');
      await Promise.race([this.exited, new Promise((resolve) => setTimeout(resolve, STOP_WITHIN_MS + 5_000).unref())]);
    }
    for (const { pid } of processesOf(this.dataDir)) process.kill(pid, 'SIGKILL');
    await eventually(() => processesOf(this.dataDir).length === 0);
  }
}

/** Below the repository and open to all, as a user's own is: a local Postgres may have to run as somebody else. Emptied before use. */
export function emptyDataDir(name: string): string {
  const dataDir = path.join(ROOT, `.data-e2e-${name}`);
  rmSync(dataDir, { recursive: true, force: true });
  mkdirSync(dataDir);
  return dataDir;
}
export { CLI };
