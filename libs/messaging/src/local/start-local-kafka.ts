import { randomUUID } from 'node:crypto';
import { access, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChildProcess } from 'node:child_process';
import { Kafka, logLevel } from 'kafkajs';
import { endBroker, endStaleBroker, formatStorage, launchBroker, type BrokerFiles } from './broker-process.js';
import { DEPLOY_DIR, kafkaJars, type Progress } from './kafka-jars.js';
import { securedSettings, type ScramUsers, type Secured } from './secured-broker.js';

const READY_WITHIN_MS = 60_000;

export interface LocalKafkaOptions {
  /** Holds the broker's data, settings and log, under `kafka/`. */
  readonly dataDir: string;
  /** On 127.0.0.1; a free one if absent. */
  readonly port?: number;
  /** Broker settings, over those of `deploy/kafka/server.properties`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Asks everybody for a password, and lets nobody do what no ACL allows. Default: neither, which is for one machine only. */
  readonly secured?: Secured;
  /** Told of every step that takes long. */
  readonly onProgress?: Progress;
  /** Told when the broker ends although nobody asked it to. */
  readonly onExit?: (code: number | null, signal: NodeJS.Signals | null) => void;
  /**
   * Whether the broker gets a process group of its own. Default true: Ctrl-C in the terminal reaches the launcher, which stops the services
   * first. Without: it ends with the group of whoever started it.
   */
  readonly detached?: boolean;
  /** Where the jars are kept; default `.data/kafka` of the repository, shared by all. */
  readonly jarsDir?: string;
}

export interface LocalKafka {
  /** `127.0.0.1:<port>`, the only one. */
  readonly brokers: readonly string[];
  readonly port: number;
  /** Of the process that runs now; 0 where none does. */
  readonly pid: number;
  /** Asks it to end, and ends it where it does not within 7 s. */
  stop(): Promise<void>;
  /** SIGKILL: nothing is flushed, nobody is told. */
  kill(): Promise<void>;
  /** Starts it again on the same port and data, after a stop, a kill or a death of its own. Resolves when it answers. */
  restart(): Promise<void>;
}

/** Starts a real broker of our own from Maven's jars: formats its data the first time, uses it again afterwards. */
export async function startLocalKafka(options: LocalKafkaOptions): Promise<LocalKafka> {
  const progress = options.onProgress ?? (() => undefined);
  const dir = join(resolve(options.dataDir), 'kafka');
  await mkdir(dir, { recursive: true });
  const jars = await kafkaJars(progress, options.jarsDir);
  const files: BrokerFiles = { dir, jars, properties: join(dir, 'server.properties') };
  await endStaleBroker(files);
  const port = options.port || (await freePort());
  await writeProperties(files, { port, settings: options.settings ?? {}, secured: options.secured });
  await format(files, progress, options.secured?.users);

  let child: ChildProcess | undefined;
  let ended: Promise<void> = Promise.resolve();
  let asked = false;
  const start = async (): Promise<void> => {
    progress('starting Kafka');
    asked = false;
    const started = await launchBroker(files, options.detached ?? true);
    child = started;
    ended = new Promise((gone) => {
      started.once('exit', (code, signal) => {
        child = undefined;
        gone();
        if (!asked) options.onExit?.(code, signal);
      });
    });
    await whenAnswering(port, started, join(dir, 'kafka.log'), options.secured).catch(async (error: unknown) => {
      asked = true;
      await endBroker(started, ended);
      throw error;
    });
  };
  await start();
  return {
    brokers: [`127.0.0.1:${port}`],
    port,
    get pid() {
      return child?.pid ?? 0;
    },
    stop: async () => {
      asked = true;
      if (child) await endBroker(child, ended);
      await rm(join(dir, 'pid'), { force: true });
    },
    kill: async () => {
      asked = true;
      child?.kill('SIGKILL');
      await ended;
    },
    restart: async () => {
      if (child) throw new Error('Kafka still runs: stop or kill it first');
      await start();
    },
  };
}

async function writeProperties({ dir, properties }: BrokerFiles, { port, settings, secured }: { port: number; settings: Readonly<Record<string, string>>; secured: Secured | undefined }): Promise<void> {
  const template = await readFile(join(DEPLOY_DIR, 'server.properties'), 'utf8');
  const controllerPort = await freePort();
  const values: Record<string, string> = { port: String(port), controllerPort: String(controllerPort), logDir: join(dir, 'data') };
  const filled = template.replace(/\{(\w+)\}/g, (placeholder, name: string) => values[name] ?? placeholder);
  const ours = Object.entries({ ...(secured && securedSettings(secured, port, controllerPort)), ...settings }).map(([name, value]) => `${name}=${value}\n`);
  // The later of two equal names counts.
  await writeFile(properties, `${filled}\n${ours.join('')}`);
}

async function format(files: BrokerFiles, progress: Progress, users?: ScramUsers): Promise<void> {
  const complete = join(files.dir, 'formatted');
  if (await access(complete).then(() => true, () => false)) return;
  progress("formatting Kafka's storage");
  await rm(join(files.dir, 'data'), { recursive: true, force: true });
  // A Kafka cluster id is a UUID as unpadded base64url.
  const clusterId = Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url');
  await formatStorage(files, clusterId, users);
  await writeFile(complete, clusterId);
}

/** An open port is not yet a broker: it answers once it has caught up with its own log. */
async function whenAnswering(port: number, child: ChildProcess, log: string, secured: Secured | undefined): Promise<void> {
  const sasl = secured && { mechanism: 'scram-sha-512' as const, username: secured.superuser, password: secured.users[secured.superuser] ?? '' };
  const kafka = new Kafka({ brokers: [`127.0.0.1:${port}`], ...(sasl && { sasl }), logLevel: logLevel.NOTHING, connectionTimeout: 1_000, retry: { retries: 0 } });
  for (const deadline = Date.now() + READY_WITHIN_MS; ; await sleep(50)) {
    const admin = kafka.admin();
    try {
      await admin.connect();
      if ((await admin.describeCluster()).brokers.length > 0) return;
    } catch (error) {
      if (child.exitCode === null && child.signalCode === null && Date.now() < deadline) continue;
      const lines = (await readFile(log, 'utf8').catch(() => '')).trim().split('\n').slice(-8).join('\n');
      throw new Error(`Kafka did not become ready; its log (${log}) ends with:\n${lines}`, { cause: error });
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
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
