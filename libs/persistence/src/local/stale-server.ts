import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const STOP_WITHIN_MS = 10_000;

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** Whether the process is a Postgres; where it cannot be told (no /proc), a living process counts as one. */
const isPostgres = async (pid: number): Promise<boolean> =>
  readFile(`/proc/${pid}/cmdline`, 'utf8').then((line) => /postgres/.test(line), () => process.platform !== 'linux');

/**
 * Clears what a launcher that was killed left behind: a server that lives on is stopped; a `postmaster.pid` whose process is gone, or
 * whose number another program got since, is removed, or Postgres would refuse to start.
 */
export async function clearStaleServer(cluster: string): Promise<void> {
  const file = join(cluster, 'postmaster.pid');
  const pid = Number((await readFile(file, 'utf8').catch(() => '')).split('\n')[0]);
  if (!pid) return;
  if (pid !== process.pid && alive(pid) && (await isPostgres(pid))) {
    process.kill(pid, 'SIGINT'); // fast shutdown: open transactions roll back
    for (const deadline = Date.now() + STOP_WITHIN_MS; alive(pid); await sleep(50)) {
      if (Date.now() > deadline) process.kill(pid, 'SIGQUIT');
    }
  }
  await rm(file, { force: true });
}
