import { javaAndMavenFound, startLocalKafka } from '@toolplane/messaging/local';
import type { CliConfig } from '../cli.config.js';
import type { DataDir } from './data-dir.js';
import type { Part, Running } from './supervisor.js';

export type EventLogChoice =
  { readonly kind: 'embedded' } | { readonly kind: 'local-kafka' } | { readonly kind: 'kafka'; readonly brokers: readonly string[] };

/** Which event log a local start uses, and why: told to whoever started it. */
export async function chooseEventLog({ kind, brokers }: CliConfig['eventLog']): Promise<{ choice: EventLogChoice; why: string }> {
  if (kind === 'embedded') return { choice: { kind: 'embedded' }, why: 'EVENT_LOG=embedded: the event log lies in Postgres' };
  if (brokers) return { choice: { kind: 'kafka', brokers }, why: `KAFKA_BROKERS: the event log is ${brokers.join(', ')}` };
  if (await javaAndMavenFound()) return { choice: { kind: 'local-kafka' }, why: 'Java and Maven are here: the event log is a local Kafka' };
  if (kind === 'kafka')
    throw new Error('EVENT_LOG=kafka needs KAFKA_BROKERS, or Java 17 or newer and Maven on the PATH for a local broker');
  return { choice: { kind: 'embedded' }, why: 'no KAFKA_BROKERS, and no Java 17 with Maven: the event log lies in Postgres' };
}

/** A local single-node broker as a part to be kept running. @param onAgain what a broker needs that was started again: its data may be gone */
export const localKafka = (dataDir: DataDir, port: number, say: (line: string) => void, onAgain: () => Promise<void>): Part => {
  let starts = 0;
  return { name: 'kafka', start: () => startBroker(dataDir, port, say, () => (starts++ === 0 ? Promise.resolve() : onAgain())) };
};

async function startBroker(dataDir: DataDir, port: number, say: (line: string) => void, onStarted: () => Promise<void>): Promise<Running> {
  let tell: (why: string) => void = () => undefined;
  const ended = new Promise<string>((resolve) => {
    tell = resolve;
  });
  const broker = await startLocalKafka({
    dataDir: dataDir.path,
    port,
    onProgress: (step) => say(step),
    onExit: (code, signal) => tell(signal ?? `exit code ${code ?? 'none'}`),
  });
  await onStarted();
  return {
    pid: broker.pid,
    ended,
    stop: async () => {
      await broker.stop();
      tell('stopped');
    },
    kill: () => {
      if (broker.pid > 0) process.kill(broker.pid, 'SIGKILL');
      tell('SIGKILL');
    },
  };
}
