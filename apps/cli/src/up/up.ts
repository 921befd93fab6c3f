import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readDeclared } from '@toolplane/config';
import { TOPICS } from '@toolplane/contracts/events';
import type { EventLog } from '@toolplane/messaging';
import { definitionFaults } from '@toolplane/security/schemas';
import type { CliConfig } from '../cli.config.js';
import { Api } from './api.js';
import { DataDir } from './data-dir.js';
import { provisionDemo } from './demo/provision-demo.js';
import { openLog, rememberInstance, type Instance } from './instance.js';
import { chooseEventLog, localKafka } from './kafka.js';
import { prepareKeys } from './keys.js';
import { Leftovers } from './leftovers.js';
import { nodeService } from './node-service.js';
import { writePolicies } from './policies.js';
import { Ports } from './ports.js';
import { localPostgres, provisionRoles, withoutPassword, writeRoleUrls } from './postgres.js';
import { Progress } from './progress.js';
import { box, readyLine, type Ready } from './ready.js';
import { startSandbox } from './sandbox.js';
import { environmentOf, healthUrlOf, metricsOf, scriptOf, servicesOf, type Surroundings } from './services.js';
import { showFirstRequest } from './first-request.js';
import type { Stopping } from './stopping.js';
import { Supervisor } from './supervisor.js';
import { whenReady } from './when-ready.js';

const POSTGRES_PORT = 15432;
const KAFKA_PORT = 19092;
const SANDBOX_PORT = 18080;

/** Starts everything, shows one request on its way, and says that it is ready. What it starts is entered into `stopping` first. */
export async function up(root: string, config: CliConfig, stopping: Stopping): Promise<void> {
  const progress = new Progress();
  const { say } = progress;
  const configDir = path.resolve(root, config.configDir);
  // What the registry would refuse to start with is said before anything is started.
  readDeclared(configDir, definitionFaults);
  const { choice, why } = await chooseEventLog(config.eventLog);
  const dataDir = await DataDir.at(config.dataDir, root).open();
  const leftovers = new Leftovers(dataDir);
  await leftovers.clear(say);
  const supervisor = new Supervisor({ say, onStarted: leftovers.add });
  stopping.add('forget', () => leftovers.forget());
  say(why);
  say('INGRESS_TRUST=open: every request on the event log is believed; for one machine only');

  const ports = new Ports(await dataDir.readJson('ports.json', {}), say);
  const services = servicesOf(root);
  const portOf: Record<string, number> = {};
  for (const { name, port, metricsPort } of services) {
    portOf[name] = await ports.claim(name, port, name === 'gateway' ? config.port : undefined);
    if (metricsPort !== undefined) portOf[metricsOf(name)] = await ports.claim(metricsOf(name), metricsPort);
  }
  const kafkaPort = choice.kind === 'local-kafka' ? await ports.claim('kafka', KAFKA_PORT) : 0;
  const postgresPort = config.databaseUrl === undefined ? await ports.claim('postgres', POSTGRES_PORT) : 0;
  const sandboxPort = await ports.claim('sandbox', SANDBOX_PORT);
  await dataDir.writeJson('ports.json', ports.remembered);

  const keys = await prepareKeys(dataDir);
  const sandbox = await startSandbox(sandboxPort);
  stopping.add('sandbox', () => sandbox.close());
  const policies = await writePolicies(dataDir, root, sandbox.url);

  stopping.add('stores', () => supervisor.stop(['kafka', 'postgres'], stopping.storesWithinMs));
  let databaseUrl = config.databaseUrl ?? '';
  const [roleUrls] = await Promise.all([
    progress.step('Postgres', async () => {
      if (!databaseUrl) await supervisor.run(localPostgres(dataDir, postgresPort, (url) => (databaseUrl = url)));
      await provisionRoles(dataDir, databaseUrl);
      return writeRoleUrls(dataDir, databaseUrl);
    }),
    choice.kind === 'local-kafka' ? progress.step('Kafka', () => supervisor.run(localKafka(dataDir, kafkaPort, say, () => makeTopics(kafkaPort, config)))) : undefined,
  ]);
  const brokers = choice.kind === 'kafka' ? choice.brokers : choice.kind === 'local-kafka' ? [`127.0.0.1:${kafkaPort}`] : [];
  const instance: Instance = {
    url: `http://127.0.0.1:${portOf.gateway ?? 0}`,
    eventLog: brokers.length > 0 ? 'kafka' : 'embedded',
    brokers,
    eventLogUrlFile: roleUrls.event_log ?? '',
  };
  await rememberInstance(dataDir, instance);

  const log = await openLog(instance, config);
  stopping.add('event log', () => Promise.race([log.close(), sleep(stopping.logWithinMs, undefined, { ref: false })]));
  await progress.step('topics', () => log.ensureTopics(TOPICS));

  const surroundings: Surroundings = {
    root,
    logLevel: config.logLevel,
    eventLog: instance.eventLog === 'kafka' ? { kind: 'kafka', brokers } : { kind: 'embedded' },
    roleUrls,
    keys,
    policies,
    configDir,
    ports: portOf,
  };
  stopping.add('services', () =>
    supervisor.stop(
      services.map(({ name }) => name),
      stopping.servicesWithinMs,
    ),
  );
  await progress.step(`${services.length} services`, () =>
    Promise.all(
      services.map(async (service) => {
        const { name, nodeFlags = [] } = service;
        const logFile = dataDir.file('logs', `${name}.log`);
        await supervisor.run(
          nodeService({ name, script: scriptOf(name), root, nodeFlags, env: environmentOf(service, surroundings), logFile }),
        );
        await whenReady({ name, url: healthUrlOf(service, portOf), logFile, restarts: () => supervisor.restarts(name) });
      }),
    ),
  );
  if (config.demo === '1') await demo(instance.url, { adminKey: keys.adminKey, sandboxUrl: sandbox.url, log, progress });
  // From here on the launcher only watches: a connection that nobody uses would cost a share of a core.
  await log.close();

  const ready: Ready = {
    url: instance.url,
    eventLog: instance.eventLog,
    brokers,
    databaseUrl: config.databaseUrl === undefined ? databaseUrl : withoutPassword(databaseUrl),
    adminKeyFile: `${dataDir.shown}/admin-key`,
    dataDir: dataDir.shown,
    sandboxUrl: sandbox.url,
    metrics: Object.fromEntries(services.map((service) => [service.name, `${healthUrlOf(service, portOf)}/metrics`])),
  };
  process.stdout.write(`\n${box(ready)}${readyLine(ready)}`);
}

/** For a broker that came back with nothing: topics exist before anybody reads them. */
async function makeTopics(kafkaPort: number, config: CliConfig): Promise<void> {
  const log = await openLog({ url: '', eventLog: 'kafka', brokers: [`127.0.0.1:${kafkaPort}`], eventLogUrlFile: '' }, config);
  try {
    await log.ensureTopics(TOPICS);
  } finally {
    await log.close();
  }
}

interface DemoSurroundings {
  readonly adminKey: string;
  readonly sandboxUrl: string;
  readonly log: EventLog;
  readonly progress: Progress;
}

async function demo(url: string, { adminKey, sandboxUrl, log, progress }: DemoSurroundings): Promise<void> {
  await progress.step('demo tenant', () => provisionDemo(new Api(url, adminKey), sandboxUrl));
  await showFirstRequest(log, progress.say);
}
