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

/** Every process of an instance: whatever has its data folder in its environment (Linux). */
export function processesOf(dataDir: string): Process[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      if (!read(`/proc/${name}/environ`)?.split('\0').includes(`TOOLPLANE_DATA_DIR=${dataDir}`)) return [];
      const commandLine = (read(`/proc/${name}/cmdline`) ?? '').replaceAll('\0', ' ');
      return commandLine === '' ? [] : [{ pid: Number(name), owner: ownerOf(commandLine) }];
    });
}

/** USER_HZ: the unit of /proc on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Processor time of a process so far, with that of children it has already reaped; microseconds. */
export function cpuMicros(pid: number): number {
  const stat = read(`/proc/${pid}/stat`);
  if (stat === undefined) return 0;
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const ticks = [11, 12, 13, 14].reduce((sum, field) => sum + (fields[field] ?? 0), 0);
  return (ticks * 1_000_000) / TICKS_PER_SECOND;
}

/** Processor time by owner. */
export function cpuByOwner(processes: readonly Process[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { pid, owner } of processes) sums.set(owner, (sums.get(owner) ?? 0) + cpuMicros(pid));
  return sums;
}
