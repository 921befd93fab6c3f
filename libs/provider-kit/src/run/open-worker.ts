import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { EventLogServer } from '@toolplane/messaging';
import { createLogger, NestLogger, type Logger } from '@toolplane/observability';
import type { Provider } from '../provider.js';
import { Breakers } from '../breakers/breakers.js';
import { HealthAnnouncer } from '../health/health-announcer.js';
import { Worker } from '../worker/worker.js';
import type { WorkerConfig } from './worker-config.js';
import { WorkerModule } from './worker.module.js';

/** Time for running calls, then for their reports. Together with what closes afterwards it stays under ten seconds. */
const DRAIN_MS = 8_000;
const FLUSH_MS = 750;
const FAREWELL_MS = 250;

export interface RunningWorker {
  readonly app: NestFastifyApplication;
  /** Where livez, readyz and metrics are served. */
  readonly url: string;
  readonly worker: Worker;
  /** Hands back what waits, lets running calls end and report, then closes. A second call waits for the first. */
  close(): Promise<void>;
}

/** Starts a worker in this process: HTTP first, so that its health can be asked while the event log is still being reached. */
export async function openWorker(provider: Provider, config: WorkerConfig, logger?: Logger): Promise<RunningWorker> {
  const { name, host, port, logLevel } = config.service;
  const said = logger ?? createLogger({ service: name, level: logLevel });
  const app = await NestFactory.create<NestFastifyApplication>(WorkerModule.with(provider, config, said), new FastifyAdapter(), {
    abortOnError: false,
    logger: new NestLogger(said),
  });
  const worker = app.get(Worker);
  const server = app.get(EventLogServer);
  const announcer = app.get(HealthAnnouncer);
  try {
    await app.init();
    await app.listen(port, host);
    app.connectMicroservice({ strategy: server });
    await app.startAllMicroservices();
    announcer.worker('up');
  } catch (error) {
    await app.close().catch(() => undefined);
    throw error;
  }
  let closing: Promise<void> | undefined;
  const end = async (): Promise<void> => {
    worker.stop();
    announcer.worker('draining');
    await worker.drain({ withinMs: DRAIN_MS, flushMs: FLUSH_MS, reading: server.close() });
    app.get(Breakers).close();
    announcer.worker('down');
    await announcer.end(FAREWELL_MS);
    await app.close();
  };
  return { app, url: await app.getUrl(), worker, close: () => (closing ??= end()) };
}
