import { setTimeout as wait } from 'node:timers/promises';
import { ToolplaneError } from '@toolplane/contracts/errors';
import { createLogger, Metrics, type Logger } from '@toolplane/observability';
import type { BreakerTerms } from '../breakers/breaker.js';
import { Breakers, type BreakerReport } from '../breakers/breakers.js';
import { Controls } from '../controls/controls.js';
import type { Provider } from '../provider.js';
import { PayloadOpener } from '../sealing/open-payload.js';
import type { SecretSource } from '../secrets/secret-store.js';
import type { Dispatch } from '../worker/invocation.js';
import { Gate } from '../worker/gate.js';
import type { Report, ReportPublisher } from '../worker/reporter.js';
import type { WorkerLimits } from '../worker/worker-parts.js';
import { Worker } from '../worker/worker.js';

/** Stands for `secrets.json` and what it names: reference → origin → value. */
export type FakeSecrets = Readonly<Record<string, Readonly<Record<string, string>>>>;

export interface TestWorkerOptions {
  readonly secrets?: FakeSecrets;
  /** Path of private keys; null: it has none. */
  readonly unsealingKeysFile?: string | null;
  /** Default: logs nothing. */
  readonly logger?: Logger;
  readonly limits?: Partial<WorkerLimits>;
  readonly breaker?: Partial<BreakerTerms>;
  /** Default: takes everything at once. */
  readonly publisher?: ReportPublisher;
}

export const DEFAULT_TEST_LIMITS: WorkerLimits = {
  calls: { perTool: 64, total: 256, waitingPerTool: 500 },
  waiting: 1_000,
  reports: { reports: 2_000, bytes: 64 * 1_048_576 },
  schemas: 100,
};

export const DEFAULT_TEST_BREAKER: BreakerTerms = { volume: 10, errorPercentage: 50, windowMs: 10_000, openMs: 15_000 };

const fakeSecrets = (secrets: FakeSecrets): SecretSource => ({
  read(reference, { origin }) {
    const value = secrets[reference]?.[origin];
    return value === undefined ? Promise.reject(new ToolplaneError('SECRET_NOT_BOUND')) : Promise.resolve(value);
  },
});

export interface TestWorker {
  readonly worker: Worker;
  readonly breakers: Breakers;
  readonly controls: Controls;
  /** Every change of a breaker that other workers would be told of. */
  readonly changes: readonly BreakerReport[];
  /** Every report, in the order in which they were published. */
  readonly reports: readonly Report[];
  /** Delivers attempts and waits for the report that ends each of them; in the order of the attempts. */
  run(...events: readonly Dispatch[]): Promise<readonly Report['data'][]>;
  /** Waits until something holds; fails after so long. */
  until(holds: () => boolean, withinMs?: number): Promise<void>;
  close(): Promise<void>;
}

/** A worker without a log: attempts are handed to it, reports are collected. */
export function testWorker(
  provider: Provider,
  { secrets = {}, unsealingKeysFile = null, logger, limits = {}, breaker = {}, publisher }: TestWorkerOptions = {},
): TestWorker {
  const reports: Report[] = [];
  const collecting: ReportPublisher = {
    async publish(events) {
      await publisher?.publish(events);
      reports.push(...events);
    },
  };
  const changes: BreakerReport[] = [];
  const controls = new Controls();
  const breakers = new Breakers({ terms: { ...DEFAULT_TEST_BREAKER, ...breaker }, onChange: (change) => changes.push(change) });
  const worker = new Worker(provider, {
    publisher: collecting,
    secrets: fakeSecrets(secrets),
    opener: new PayloadOpener(unsealingKeysFile, limits.schemas ?? DEFAULT_TEST_LIMITS.schemas),
    logger: logger ?? createLogger({ service: `provider-${provider.name}`, level: 'silent' }),
    metrics: new Metrics({ process: false }),
    limits: { ...DEFAULT_TEST_LIMITS, ...limits },
    gate: new Gate(provider, controls, breakers),
    reporting: { service: `provider-${provider.name}`, worker: 'test' },
  });
  const endOf = ({ tenantid, data }: Dispatch): Report | undefined =>
    reports.find(
      (report) =>
        report.tenantid === tenantid &&
        report.data.executionId === data.executionId &&
        report.data.attempt === data.attempt &&
        report.data.status !== 'running',
    );
  const until = async (holds: () => boolean, withinMs = 10_000): Promise<void> => {
    for (const end = Date.now() + withinMs; !holds(); await wait(5)) if (Date.now() > end) throw new Error(`not within ${withinMs} ms`);
  };
  return {
    worker,
    breakers,
    controls,
    changes,
    reports,
    until,
    async run(...events) {
      await worker.accept(events);
      await until(() => events.every((event) => endOf(event)), 30_000);
      return events.flatMap((event) => endOf(event)?.data ?? []);
    },
    async close() {
      await worker.drain({ withinMs: 0, flushMs: 1_000 });
      breakers.close();
    },
  };
}
