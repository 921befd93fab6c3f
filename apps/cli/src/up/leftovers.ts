import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DataDir } from './data-dir.js';

const FILE = 'processes.json';
const GRACE_MS = 8_000;

interface Seen {
  readonly name: string;
  readonly pid: number;
  readonly born: string;
}

/** State, parent and moment of birth of a process; undefined where that cannot be known, or it is gone or only waits to be reaped. */
function processOf(pid: number | string): { readonly parent: number; readonly born: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : { parent: Number(fields[1]), born: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}

/** A process number comes again; together with its moment of birth it does not. */
const born = (pid: number): string => processOf(pid)?.born ?? '';

const lives = ({ pid, born: then }: Seen): boolean => then !== '' && born(pid) === then;

/** Remembers the processes of a start, so that the next one can clear what a launcher that was killed has left behind. */
export class Leftovers {
  private readonly seen = new Map<string, Seen>();
  private writing: Promise<unknown> = Promise.resolve();

  constructor(private readonly dataDir: DataDir) {}

  /** Ends what an earlier start left running. Throws when that start itself still lives. */
  async clear(say: (line: string) => void): Promise<void> {
    const found = (await this.dataDir.readJson<Seen[]>(FILE, [])).filter(lives);
    const launcher = found.find(({ name }) => name === 'launcher');
    if (launcher && launcher.pid !== process.pid) {
      throw new Error(
        `Toolplane already runs on ${this.dataDir.shown} (process ${launcher.pid}); stop it, or name another TOOLPLANE_DATA_DIR`,
      );
    }
    for (const { name, pid } of found) {
      say(`an earlier start left ${name} running (process ${pid}): it is stopped`);
      signal(pid, 'SIGTERM');
    }
    for (const deadline = Date.now() + GRACE_MS; found.some(lives) && Date.now() < deadline;) await sleep(50);
    for (const left of found.filter(lives)) signal(left.pid, 'SIGKILL');
    this.add('launcher', process.pid);
  }

  add = (name: string, pid: number): void => {
    this.seen.set(name, { name, pid, born: born(pid) });
    const all = [...this.seen.values()];
    this.writing = this.writing.then(() => this.dataDir.writeJson(FILE, all)).catch(() => undefined);
  };

  /** Resolves when everything that was added is on disk. */
  get written(): Promise<unknown> {
    return this.writing;
  }

  /** Everything has ended: nothing to clear next time. */
  async forget(): Promise<void> {
    await this.writing;
    await this.dataDir.writeJson(FILE, []);
  }
}

/** The last resort of a launcher that ends: what it was still starting, and could not yet ask to stop, does not outlive it. */
export function killChildren(): void {
  if (process.platform !== 'linux') return;
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    if (processOf(name)?.parent === process.pid) signal(Number(name), 'SIGKILL');
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended by itself in the meantime.
  }
}
