import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import type { EventLogConfig } from '@toolplane/config';
import { startLocalKafka } from '../../local/start-local-kafka.js';

/** An event log that a spec may take away and give back. */
export interface LogUnderTest {
  readonly config: EventLogConfig;
  /** Takes it away: a broker is asked to end, a database can no longer be reached. */
  stop(): Promise<void>;
  /** The same without asking. */
  kill(): Promise<void>;
  /** Gives it back, with all that it held. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** A real broker of its own. */
export const kafkaUnderTest = async (): Promise<LogUnderTest> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'toolplane-kafka-'));
  const kafka = await startLocalKafka({ dataDir, detached: false });
  return {
    config: { kind: 'kafka', brokers: kafka.brokers },
    stop: () => kafka.stop(),
    kill: () => kafka.kill(),
    restart: () => kafka.restart(),
    close: async () => {
      await kafka.kill();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
};

/** A database of its own on the Postgres of the test run, which can be told to let nobody in. */
export const embeddedUnderTest = async (serverUrl: string): Promise<LogUnderTest> => {
  const name = `event_log_${randomBytes(6).toString('hex')}`;
  const asAdmin = async (...statements: readonly string[]): Promise<void> => {
    const admin = new Client({ connectionString: serverUrl });
    await admin.connect();
    try {
      for (const sql of statements) await admin.query(sql);
    } finally {
      await admin.end();
    }
  };
  await asAdmin(`create database ${name}`);
  const url = new URL(serverUrl);
  url.pathname = name;
  const shut = (): Promise<void> =>
    asAdmin(`alter database ${name} allow_connections false`, `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`);
  return {
    config: { kind: 'embedded', url: url.href },
    stop: shut,
    kill: shut,
    restart: () => asAdmin(`alter database ${name} allow_connections true`),
    close: () => asAdmin(`drop database ${name} with (force)`),
  };
};
