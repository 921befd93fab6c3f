import { ConfigurationError, loadConfig, type Definition, type ServiceConfig, type Settings } from '@toolplane/config';
import { createLogger, type Logger } from '@toolplane/observability';
import { openApiOf } from '../openapi/open-api-of.js';
import { placeholderConfig } from '../openapi/placeholder-config.js';
import { openService, type RunningService, type ServiceModule } from './open-service.js';

/** A service that has not stopped by then is ended. */
const SHUTDOWN_DEADLINE_MS = 9_500;
/** EX_CONFIG of sysexits.h: starting again does not help. */
const EXIT_CONFIGURATION = 78;

/**
 * The whole of a service's `main.ts`: reads the configuration (all faults at once, exit code 78), starts, and stops in order on
 * SIGTERM or SIGINT. With `--openapi` it prints its OpenAPI document instead and touches nothing.
 */
export async function startService<D extends Definition>(
  module: ServiceModule<Settings<D>>,
  definition: D & { readonly service: unknown },
): Promise<void> {
  if (process.argv.includes('--openapi')) {
    process.stdout.write(`${JSON.stringify(await openApiOf(module.with(placeholderConfig())), null, 2)}\n`);
    return;
  }
  const config = readConfig(definition);
  const logger = createLogger({ service: config.service.name, level: config.service.logLevel });
  const stopping = onSignals();
  exitOnBugs(logger);
  try {
    const opening = openService(module as ServiceModule<Settings<D> & { readonly service: ServiceConfig }>, config);
    const service = await Promise.race([opening, stopping]);
    // Told to stop before it served anybody: there is nothing to finish.
    if (!service) process.exit(0);
    logger.info({ url: service.url, bootMs: Math.round(performance.now()) }, 'the service runs');
    await stopping;
    await stop(service, logger);
  } catch (err) {
    // Some faults of what the operator wrote show themselves only beside what is stored.
    if (err instanceof ConfigurationError) exitMisconfigured(err);
    logger.error({ err }, 'the service cannot run');
    process.exit(1);
  }
}

function readConfig<D extends Definition>(definition: D): Settings<D> & { readonly service: ServiceConfig } {
  try {
    return loadConfig(definition) as Settings<D> & { readonly service: ServiceConfig };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    exitMisconfigured(error);
  }
}

function exitMisconfigured({ message }: ConfigurationError): never {
  process.stderr.write(`${message}\n`);
  process.exit(EXIT_CONFIGURATION);
}

/** Resolves at the first signal. Later ones are ignored: Ctrl-C reaches the launcher and its children, and the launcher then signals too. */
const onSignals = (): Promise<undefined> =>
  new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve(undefined));
  });

async function stop({ close }: RunningService, logger: Logger): Promise<void> {
  logger.info({}, 'the service stops');
  const deadline = setTimeout(() => {
    logger.error({ afterMs: SHUTDOWN_DEADLINE_MS }, 'the service did not stop in time and is ended');
    process.exit(1);
  }, SHUTDOWN_DEADLINE_MS);
  await close();
  clearTimeout(deadline);
  process.exit(0);
}

/** After a bug nobody knows what state the process is in. What it had in hand is repeated by the log and the leases. */
function exitOnBugs(logger: Logger): void {
  const exit = (err: unknown, message: string): never => {
    logger.error({ err }, message);
    process.exit(1);
  };
  process.on('uncaughtException', (error) => exit(error, 'an exception was not caught'));
  process.on('unhandledRejection', (reason) => exit(reason, 'a rejection was not handled'));
}
