import { readdirSync, readFileSync } from 'node:fs';

export interface Process {
  readonly pid: number;
  /** Whose it is: a service, `kafka`, `postgres`, `launcher`. */
  readonly owner: string;
}

const read = (file: string): string | undefined => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
};

function ownerOf(commandLine: string): string {
  if (commandLine.includes('kafka.Kafka')) return 'kafka';
  if (commandLine.includes('postgres')) return 'postgres';
  const app = /apps\/([a-z-]+)\/dist/.exec(commandLine)?.[1];
  return app ?? 'launcher';
}

/** The fields of /proc/<pid>/stat behind the name of the program, which may hold anything; the first is the state. */
const statOf = (pid: number): string[] | undefined => {
  const stat = read(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
};

/**
 * Every process of an instance: whatever has its data folder in its environment, and the children of its Postgres, which write over
 * theirs (Linux).
 */
export function processesOf(dataDir: string): Process[] {
  const pids = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  const found = pids.flatMap((pid) => {
    if (!read(`/proc/${pid}/environ`)?.split('\0').includes(`TOOLPLANE_DATA_DIR=${dataDir}`)) return [];
    const commandLine = (read(`/proc/${pid}/cmdline`) ?? '').replaceAll('\0', ' ');
    return commandLine === '' ? [] : [{ pid, owner: ownerOf(commandLine) }];
  });
  const postmasters = found.filter(({ owner }) => owner === 'postgres').map(({ pid }) => pid);
  const known = new Set(found.map(({ pid }) => pid));
  const backends = pids.filter((pid) => !known.has(pid) && postmasters.includes(Number(statOf(pid)?.[1])));
  return [...found, ...backends.map((pid) => ({ pid, owner: 'postgres' }))];
}

/** USER_HZ: the unit of /proc on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Processor time of a process so far, with that of children it has already reaped; microseconds. */
export function cpuMicros(pid: number): number {
  const fields = statOf(pid);
  const ticks = [11, 12, 13, 14].reduce((sum, field) => sum + Number(fields?.[field] ?? 0), 0);
  return (ticks * 1_000_000) / TICKS_PER_SECOND;
}

/** Processor time by owner. */
export function cpuByOwner(processes: readonly Process[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { pid, owner } of processes) sums.set(owner, (sums.get(owner) ?? 0) + cpuMicros(pid));
  return sums;
}
