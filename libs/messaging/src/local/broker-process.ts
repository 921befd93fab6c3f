import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DEPLOY_DIR } from './kafka-jars.js';
import { scramArguments, type ScramUsers } from './secured-broker.js';

const HEAP = ['-Xms256m', '-Xmx512m'];
const TERMINATE_WITHIN_MS = 7_000;
const STALE_WITHIN_MS = 10_000;

const java = (jars: string, mainClass: string, args: readonly string[]): string[] => [
  ...HEAP,
  '-Djava.awt.headless=true',
  `-Dlog4j2.configurationFile=${join(DEPLOY_DIR, 'log4j2.properties')}`,
  '-cp',
  join(jars, '*'),
  mainClass,
  ...args,
];

export interface BrokerFiles {
  /** Folder of the broker: settings, log of the process, pid. */
  readonly dir: string;
  readonly jars: string;
  readonly properties: string;
}

/** Gives the data folder its cluster id, and the users that exist from the beginning. Done once. */
export async function formatStorage({ dir, jars, properties }: BrokerFiles, clusterId: string, users: ScramUsers = {}): Promise<void> {
  const child = spawn('java', java(jars, 'kafka.tools.StorageTool', ['format', '-t', clusterId, '-c', properties, ...scramArguments(users)]), {
    cwd: dir,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => said.push(part));
  const code = await new Promise<number | null>((done, failed) => child.once('close', done).once('error', failed));
  if (code !== 0) throw new Error(`Kafka's storage could not be formatted (${code}): ${Buffer.concat(said).toString().trim()}`);
}

/** @param detached whether it gets a process group of its own */
export async function launchBroker({ dir, jars, properties }: BrokerFiles, detached: boolean): Promise<ChildProcess> {
  await mkdir(dir, { recursive: true });
  const log = await open(join(dir, 'kafka.log'), 'a');
  const child = spawn('java', java(jars, 'kafka.Kafka', [properties]), { cwd: dir, detached, stdio: ['ignore', log.fd, log.fd] });
  await new Promise<void>((spawned, failed) => child.once('spawn', spawned).once('error', failed)).finally(() => log.close());
  await writeFile(join(dir, 'pid'), String(child.pid));
  return child;
}

/** Asks a broker to end, and ends it where it does not. */
export async function endBroker(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const patience = new AbortController();
  await Promise.race([ended, sleep(TERMINATE_WITHIN_MS, undefined, { signal: patience.signal }).catch(() => undefined)]);
  patience.abort();
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  await ended;
}

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** A launcher that was killed leaves its broker behind, and a second one on the same data cannot start: ends it. Only a process that
 *  runs with exactly our settings is ours, whatever number stands in the file. */
export async function endStaleBroker({ dir, properties }: Pick<BrokerFiles, 'dir' | 'properties'>): Promise<void> {
  const file = join(dir, 'pid');
  const pid = Number(await readFile(file, 'utf8').catch(() => ''));
  if (!pid) return;
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  if (commandLine.includes(properties) && alive(pid)) {
    process.kill(pid, 'SIGTERM');
    for (const deadline = Date.now() + STALE_WITHIN_MS; alive(pid); await sleep(50)) {
      if (Date.now() > deadline) process.kill(pid, 'SIGKILL');
    }
  }
  await rm(file, { force: true });
}
