import { ModuleRef, NestFactory } from '@nestjs/core';
import type { DynamicModule } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { ServiceConfig } from '@toolplane/config';
import { EventLogServer, StoredPositions } from '@toolplane/messaging';
import { createLogger, NestLogger } from '@toolplane/observability';
import { createEdge } from '../http/edge.js';
import type { EdgeLimits } from '../http/fastify-adapter.js';

/** A module that knows how to wire itself for a configuration. */
export interface ServiceModule<Config> {
  readonly name: string;
  with(config: Config): DynamicModule;
}

export interface RunningService {
  readonly app: NestFastifyApplication;
  /** Where it listens, with the port it got. */
  readonly url: string;
  /**
   * Stops in the order that loses nothing: no new request, the running ones end, consumers drain and commit, the relay stops, the
   * publisher flushes, the pools close. A second call waits for the first.
   */
  close(): Promise<void>;
}

/** Starts a service in this process: HTTP first, so that its health can be asked while the event log is still being reached. */
export async function openService<Config extends { readonly service: ServiceConfig; readonly edge?: EdgeLimits }>(
  module: ServiceModule<Config>,
  config: Config,
): Promise<RunningService> {
  const { name, host, port, logLevel } = config.service;
  const wired = module.with(config);
  const edge = createEdge(wired, config.edge);
  const app = await NestFactory.create<NestFastifyApplication>(wired, edge.adapter, {
    bodyParser: false,
    abortOnError: false,
    logger: new NestLogger(createLogger({ service: name, level: logLevel })),
  });
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    edge.close();
    closing ??= app.close();
    return closing;
  };
  try {
    edge.prepare(app);
    await app.init();
    await app.listen(port, host);
    await startConsumers(app);
  } catch (error) {
    await close().catch(() => undefined);
    throw error;
  }
  return { app, url: await app.getUrl(), close };
}

/** A service without Messaging has no consumers. */
async function startConsumers(app: NestFastifyApplication): Promise<void> {
  const server = found(app, EventLogServer);
  if (!server) return;
  const positions = found(app, StoredPositions);
  if (positions) server.readFrom(positions);
  app.connectMicroservice({ strategy: server });
  await app.startAllMicroservices();
}

/** Asked through the module: the application itself would log as an error that something optional is not there. */
function found<Provider>(app: NestFastifyApplication, token: abstract new (...args: never[]) => Provider): Provider | undefined {
  try {
    return app.get(ModuleRef).get(token, { strict: false });
  } catch {
    return undefined;
  }
}
