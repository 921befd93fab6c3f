import { ConfigurationError, loadConfig, type Definition, type Settings } from '@toolplane/config';
import { createLogger, type Logger } from '@toolplane/observability';
import type { Provider } from '../provider.js';
import { openWorker, type RunningWorker } from './open-worker.js';
import type { WorkerConfig } from './worker-config.js';

/** A worker that has not stopped by then is ended. */
const SHUTDOWN_DEADLINE_MS = 9_500;
/** EX_CONFIG of sysexits.h: starting again does not help. */
const EXIT_CONFIGURATION = 78;

/** A provider that needs the configuration. May throw `ConfigurationError`. */
export type ProviderFactory<Config> = (config: Config, logger: Logger) => Provider;

/**
 * The whole of a worker's `main.ts`: reads the configuration (all faults at once, exit code 78), starts, and stops in order on SIGTERM
 * or SIGINT.
 * @param definition made by `workerConfig`.
 */
export async function runWorker<D extends Definition>(
  provider: Provider | ProviderFactory<Settings<D>>,
  definition: D & { readonly worker: unknown },
): Promise<void> {
  const stopping = onSignals();
  const { config, logger, made } = configured(provider, definition);
  exitOnBugs(logger);
  try {
    const running = await Promise.race([openWorker(made, config, logger), stopping]);
    // Told to stop before it took anything: there is nothing to finish.
    if (!running) process.exit(0);
    logger.info({ url: running.url, provider: made.name, bootMs: Math.round(performance.now()) }, 'the worker runs');
    await stopping;
    await stop(running, logger);
  } catch (err) {
    logger.error({ err }, 'the worker cannot run');
    process.exit(1);
  }
}

interface Configured {
  readonly config: WorkerConfig;
  readonly logger: Logger;
  readonly made: Provider;
}

function configured<D extends Definition>(provider: Provider | ProviderFactory<Settings<D>>, definition: D): Configured {
  try {
    const settings = loadConfig(definition);
    const config = settings as unknown as WorkerConfig;
    const logger = createLogger({ service: config.service.name, level: config.service.logLevel });
    return { config, logger, made: typeof provider === 'function' ? provider(settings, logger) : provider };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(EXIT_CONFIGURATION);
  }
}

/** Resolves at the first signal. Later ones are ignored: Ctrl-C reaches the launcher and its children, and the launcher then signals too. */
const onSignals = (): Promise<undefined> =>
  new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve(undefined));
  });

async function stop(running: RunningWorker, logger: Logger): Promise<void> {
  logger.info({ ...running.worker.state }, 'the worker stops');
  setTimeout(() => {
    logger.error({ afterMs: SHUTDOWN_DEADLINE_MS }, 'the worker did not stop in time and is ended');
    process.exit(1);
  }, SHUTDOWN_DEADLINE_MS);
  await running.close();
  process.exit(0);
}

/** After a bug nobody knows what state the process is in. What it had in hand ends by its leases. */
function exitOnBugs(logger: Logger): void {
  const exit = (err: unknown, message: string): never => {
    logger.error({ err }, message);
    process.exit(1);
  };
  process.on('uncaughtException', (error) => exit(error, 'an exception was not caught'));
  process.on('unhandledRejection', (reason) => exit(reason, 'a rejection was not handled'));
}
