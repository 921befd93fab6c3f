import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { access, chown, mkdir, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, escapeIdentifier } from 'pg';
import { postgresBinaries } from './binaries.js';
import { clusterDir, serverUser, type ServerUser } from './server-user.js';
import { clearStaleServer } from './stale-server.js';

const SUPERUSER = 'toolplane';
const READY_WITHIN_MS = 60_000;
/** What a machine that runs everything beside it can spare. `jit` costs more than it saves on our short statements. */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  shared_buffers: '128MB',
  max_wal_size: '2GB',
  jit: 'off',
  timezone: 'UTC',
};

export interface LocalPostgresOptions {
  /** Holds the cluster, the superuser's password and the log. */
  readonly dataDir: string;
  /** On 127.0.0.1; a free one if absent. */
  readonly port?: number;
  /** Made if it is not there; default `toolplane`. */
  readonly database?: string;
  /** Server settings, over ours. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface LocalPostgres {
  /** The superuser's; services never use it. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Resolves with the exit code when the server ends, asked or not. */
  readonly ended: Promise<number | null>;
  /** Fast shutdown; resolves when the process is gone. */
  stop(): Promise<void>;
}

/** Starts a Postgres of our own: makes its cluster the first time, uses it again afterwards, also after a kill -9 of anything. */
export async function startLocalPostgres(options: LocalPostgresOptions): Promise<LocalPostgres> {
  const dataDir = resolve(options.dataDir);
  const user = await serverUser();
  const cluster = await clusterDir(dataDir, user);
  const binaries = await postgresBinaries(user !== undefined, dirname(cluster));
  const password = await superuserPassword(dataDir);
  await clearStaleServer(cluster);
  await initialise(binaries.initdb, { cluster, password, user });

  const port = options.port || (await freePort());
  const log = join(dataDir, 'postgres.log');
  const child = await launch(binaries.postgres, { cluster, log, user, settings: { ...SETTINGS, ...options.settings, port: String(port) } });
  const ended = new Promise<number | null>((done) => child.once('exit', done));
  const database = options.database ?? 'toolplane';
  const url = (name: string) => `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/${name}`;
  await whenReady(url('postgres'), child, log);
  await ensureDatabase(url('postgres'), database);
  return {
    url: url(database),
    port,
    pid: child.pid ?? 0,
    ended,
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGINT');
      await ended;
    },
  };
}

const exists = (path: string): Promise<boolean> => access(path).then(() => true, () => false);

async function superuserPassword(dataDir: string): Promise<string> {
  const file = join(dataDir, 'superuser-password');
  const known = await readFile(file, 'utf8').catch(() => '');
  if (known) return known;
  await mkdir(dataDir, { recursive: true });
  const made = randomBytes(24).toString('base64url');
  await writeFile(file, made, { mode: 0o600 });
  return made;
}

/** Makes the cluster unless it is complete; one that an earlier start left half made is made anew. */
async function initialise(initdb: string, given: { cluster: string; password: string; user: ServerUser | undefined }): Promise<void> {
  const { cluster, password, user } = given;
  const complete = join(cluster, 'toolplane-cluster');
  if (await exists(complete)) return;
  for (const name of await readdir(cluster)) await rm(join(cluster, name), { recursive: true, force: true });
  const passwordFile = `${cluster}.password`;
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (user) await chown(passwordFile, user.uid, user.gid);
  const args = ['-D', cluster, '-U', SUPERUSER, '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, '-E', 'UTF8', '--locale=C', '--no-sync'];
  const child = spawn(initdb, args, { ...user, cwd: dirname(dirname(initdb)), stdio: ['ignore', 'ignore', 'pipe'] });
  const said: Buffer[] = [];
  child.stderr.on('data', (part: Buffer) => said.push(part));
  const code = await new Promise<number | null>((done, failed) => child.once('close', done).once('error', failed));
  await rm(passwordFile, { force: true });
  if (code !== 0) throw new Error(`initdb ended with ${code}: ${Buffer.concat(said).toString().trim()}`);
  await writeFile(complete, '');
}

async function launch(
  postgres: string,
  given: { cluster: string; log: string; user: ServerUser | undefined; settings: Readonly<Record<string, string>> },
): Promise<ChildProcess> {
  const log = await open(given.log, 'a');
  const settings = Object.entries(given.settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  // A group of its own: Ctrl-C in the terminal reaches the launcher, which stops the services first.
  const child = spawn(postgres, ['-D', given.cluster, ...settings], {
    ...given.user,
    cwd: given.cluster,
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  });
  child.once('spawn', () => void log.close());
  child.once('error', () => void log.close());
  return child;
}

/** Waits out recovery after a kill; a server that ends instead is an error with the last lines of its log. */
async function whenReady(url: string, child: ChildProcess, log: string): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  for (;;) {
    const client = new Client({ connectionString: url, connectionTimeoutMillis: 1_000 });
    const error = await client.connect().then(() => undefined, (reason: unknown) => reason);
    await client.end().catch(() => undefined);
    if (error === undefined) return;
    const refused = (error as { code?: string }).code === '28P01';
    if (refused || child.exitCode !== null || child.signalCode !== null || Date.now() > deadline) {
      const lines = (await readFile(log, 'utf8').catch(() => '')).trim().split('\n').slice(-5).join('\n');
      child.kill('SIGQUIT');
      throw new Error(`Postgres did not become ready; its log (${log}) ends with:\n${lines}`, { cause: error });
    }
    await sleep(20);
  }
}

async function ensureDatabase(url: string, name: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
    if (!rowCount) await client.query(`create database ${escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
}

const freePort = (): Promise<number> =>
  new Promise((found, failed) => {
    const server = createServer().once('error', failed);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => found(port));
    });
  });
