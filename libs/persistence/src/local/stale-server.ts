import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

/** What each way of asking a server to end may take, in milliseconds. */
const PATIENCE_MS = 10_000;

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** Empty where there is no such process. */
const commandLine = (pid: number): Promise<string> =>
  readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() =>
    promisify(execFile)('ps', ['-o', 'command=', '-p', String(pid)]).then(({ stdout }) => stdout, () => ''));

async function end(pid: number): Promise<void> {
  // Fast shutdown: open transactions roll back. Then the immediate one, from which the next start recovers.
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    process.kill(pid, signal);
    for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await sleep(50)) if (!alive(pid)) return;
  }
  throw new Error(`The Postgres of an earlier start (process ${pid}) does not end`);
}

/**
 * Clears what a launcher that was killed left behind: a server that lives on is stopped; a `postmaster.pid` whose process is gone, or
 * whose number another program got since, is removed, or Postgres would refuse to start.
 */
export async function clearStaleServer(cluster: string): Promise<void> {
  const file = join(cluster, 'postmaster.pid');
  const pid = Number((await readFile(file, 'utf8').catch(() => '')).split('\n')[0]);
  if (!pid) return;
  const command = alive(pid) ? await commandLine(pid) : '';
  if (command.includes('postgres') && command.includes(cluster)) await end(pid);
  await rm(file, { force: true });
}
