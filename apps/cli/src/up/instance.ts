import { readFile } from 'node:fs/promises';
import type { EventLogConfig } from '@toolplane/config';
import { openEventLog, type EventLog } from '@toolplane/messaging';
import type { CliConfig } from '../cli.config.js';
import type { DataDir } from './data-dir.js';

const FILE = 'instance.json';

/** Where a start can be reached: what the other commands need to know of it. */
export interface Instance {
  readonly url: string;
  readonly eventLog: 'kafka' | 'embedded';
  readonly brokers: readonly string[];
  readonly eventLogUrlFile: string;
}

export const rememberInstance = (dataDir: DataDir, instance: Instance): Promise<string> => dataDir.writeJson(FILE, instance);

export async function knownInstance(dataDir: DataDir): Promise<Instance> {
  const instance = await dataDir.readJson<Instance | null>(FILE, null);
  if (!instance) throw new Error(`${dataDir.shown} holds no start of Toolplane: run npm start first, or name TOOLPLANE_DATA_DIR`);
  return instance;
}

/** The launcher's own way to the event log of an instance. It says nothing itself: standard output is for people and records. */
export async function openLog(instance: Instance, config: CliConfig): Promise<EventLog> {
  return openEventLog(await logConfigOf(instance, config), { service: 'cli' });
}

async function logConfigOf({ eventLog, brokers, eventLogUrlFile }: Instance, config: CliConfig): Promise<EventLogConfig> {
  if (eventLog === 'embedded') return { kind: 'embedded', url: (await readFile(eventLogUrlFile, 'utf8')).trimEnd() };
  const { username, password, tls, caFile } = config.eventLog;
  return {
    kind: 'kafka',
    brokers,
    ...(username === undefined || password === undefined ? {} : { sasl: { username, password } }),
    ...(tls ? { tls: { caFile } } : {}),
  };
}
