import { spawn } from 'node:child_process';
import { closeSync, openSync, renameSync, statSync } from 'node:fs';
import path from 'node:path';
import { childEnvironment } from '@toolplane/config';
import type { Part, Running } from './supervisor.js';

const KEEP_LOG_BYTES = 50 * 1024 * 1024;
const LEASH = 'apps/cli/bin/leash.mjs';

export interface NodeService {
  readonly name: string;
  /** Compiled entry, relative to `root`: the command line shows it. */
  readonly script: string;
  readonly root: string;
  readonly nodeFlags: readonly string[];
  /** Over what the launcher itself was given. */
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
}

/** A service as a process of its own, in a process group of its own: a terminal's Ctrl-C reaches the launcher alone. */
export const nodeService = (service: NodeService): Part => ({ name: service.name, start: () => start(service) });

async function start({ script, root, nodeFlags, env, logFile }: NodeService): Promise<Running> {
  const log = openLog(logFile);
  const child = spawn(process.execPath, [...nodeFlags, '--import', path.join(root, LEASH), script], {
    cwd: root,
    env: childEnvironment(env),
    stdio: ['ignore', log, log, 'ipc'],
    detached: true,
  });
  closeSync(log);
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code ?? 'none'}`));
    child.once('error', (error) => resolve(error.message));
  });
  return {
    pid: child.pid ?? 0,
    ended,
    stop: () => {
      child.kill('SIGTERM');
      return ended;
    },
    kill: () => void child.kill('SIGKILL'),
  };
}

/** One older log is kept beside the current one; nothing here grows for ever. */
function openLog(file: string): number {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > KEEP_LOG_BYTES) renameSync(file, `${file}.1`);
  return openSync(file, 'a', 0o600);
}
