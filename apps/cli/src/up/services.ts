import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Keys } from './keys.js';
import type { Policies } from './policies.js';
import type { RoleUrls } from './postgres.js';

/** What a local start knows once database and event log stand. */
export interface Surroundings {
  readonly root: string;
  readonly logLevel: string;
  readonly eventLog: { readonly kind: 'embedded' } | { readonly kind: 'kafka'; readonly brokers: readonly string[] };
  readonly roleUrls: RoleUrls;
  readonly keys: Keys;
  readonly policies: Policies;
  /** Folder of declared tools and agent types. */
  readonly configDir: string;
  /** By service name. */
  readonly ports: Readonly<Record<string, number>>;
}

type Environment = Readonly<Record<string, string>>;

export interface ServiceEntry {
  readonly name: string;
  /** Wanted at the first start; the next free one if it is taken. */
  readonly port: number;
  /** Where health and metrics are, if not there. */
  readonly metricsPort?: number;
  readonly nodeFlags?: readonly string[];
  readonly env: (given: Surroundings) => Environment;
}

/** Batches live just long enough to leave a small young generation: in a larger one they die where they are cheap to collect. */
const BATCHES = ['--max-semi-space-size=64'];

const url = ({ ports }: Surroundings, name: string): string => `http://127.0.0.1:${ports[name] ?? 0}`;

const tokens = ({ keys }: Surroundings): Environment => ({ INTERNAL_TOKEN_PUBLIC_KEY_FILE: keys.tokenPublicKeyFile });

const database = ({ roleUrls }: Surroundings, service: string): Environment => ({
  DATABASE_API_URL_FILE: roleUrls[`${service}_api`] ?? '',
  DATABASE_WORKER_URL_FILE: roleUrls[`${service}_worker`] ?? '',
  DATABASE_OWNER_URL_FILE: roleUrls[`${service}_owner`] ?? '',
});

const digestKey = ({ keys }: Surroundings): Environment => ({ REQUEST_DIGEST_KEY_FILE: keys.requestDigestKeyFile });

const sealing = ({ keys }: Surroundings): Environment => ({ SEALING_KEYS_FILE: keys.sealingKeysFile });
const unsealing = ({ keys }: Surroundings): Environment => ({ UNSEALING_KEYS_FILE: keys.unsealingKeysFile });

const worker = (name: string, port: number, env: ServiceEntry['env'] = () => ({})): ServiceEntry => ({
  name,
  port,
  nodeFlags: BATCHES,
  env: (given) => ({ ...unsealing(given), ...env(given) }),
});

/** Every service of a local start, in the order in which they are shown, with the variables that it needs and no others. */
export const SERVICES: readonly ServiceEntry[] = [
  {
    name: 'gateway',
    port: 8080,
    metricsPort: 9080,
    env: (given) => ({
      ...tokens(given),
      METRICS_PORT: String(given.ports[metricsOf('gateway')] ?? 0),
      WORKER_URLS: workersOf(given.root)
        .map((name) => `${name}=${url(given, name)}`)
        .join(','),
      REGISTRY_URL: url(given, 'registry'),
      VALIDATION_URL: url(given, 'validation'),
      EXECUTION_URL: url(given, 'execution'),
      AUDIT_URL: url(given, 'audit'),
      PLAYBOOK_URL: url(given, 'playbook'),
    }),
  },
  {
    name: 'registry',
    port: 8081,
    env: (given) => ({
      ...tokens(given),
      ...database(given, 'registry'),
      ...sealing(given),
      INTERNAL_TOKEN_PRIVATE_KEY_FILE: given.keys.tokenPrivateKeyFile,
      BOOTSTRAP_ADMIN_KEY_FILE: given.keys.adminKeyFile,
      PROVIDERS: workersOf(given.root)
        .map((name) => name.slice(WORKER.length))
        .join(','),
      SECRETS_FILE: given.policies.secretsFile,
      CONFIG_DIR: given.configDir,
    }),
  },
  {
    name: 'validation',
    port: 8082,
    nodeFlags: BATCHES,
    // Whoever reaches the log of a local start is believed: it listens on loopback only.
    env: (given) => ({
      ...tokens(given),
      ...database(given, 'validation'),
      ...digestKey(given),
      ...sealing(given),
      EXECUTION_URL: url(given, 'execution'),
      INGRESS_TRUST: 'open',
    }),
  },
  {
    name: 'execution',
    port: 8083,
    nodeFlags: BATCHES,
    env: (given) => ({ ...tokens(given), ...database(given, 'execution'), ...digestKey(given), ...sealing(given) }),
  },
  {
    name: 'audit',
    port: 8084,
    nodeFlags: BATCHES,
    env: (given) => ({
      ...tokens(given),
      ...database(given, 'audit'),
      CHECKPOINT_DIR: given.keys.checkpointDir,
      CHECKPOINT_PRIVATE_KEY_FILE: given.keys.checkpointKeyFile,
    }),
  },
  {
    name: 'playbook',
    port: 8089,
    env: (given) => ({
      ...tokens(given),
      ...database(given, 'playbook'),
      ...sealing(given),
      REGISTRY_URL: url(given, 'registry'),
      VALIDATION_URL: url(given, 'validation'),
      EXECUTION_URL: url(given, 'execution'),
    }),
  },
  worker('provider-http', 8085, ({ policies }) => ({ EGRESS_FILE: policies.egressFile, SECRETS_FILE: policies.secretsFile })),
  worker('provider-dummy', 8086),
  worker('provider-builtin', 8087),
  worker('provider-mcp', 8088),
];

export const scriptOf = (name: string): string => `apps/${name}/dist/src/main.js`;

/** The services that are part of this build. */
export const servicesOf = (root: string): readonly ServiceEntry[] =>
  SERVICES.filter(({ name }) => existsSync(path.join(root, scriptOf(name))));

const WORKER = 'provider-';
const workersOf = (root: string): string[] =>
  servicesOf(root)
    .map(({ name }) => name)
    .filter((name) => name.startsWith(WORKER));

/** Under which name the second port of a service is remembered. */
export const metricsOf = (name: string): string => `${name}-metrics`;

/** Where a service is asked for its own health and its metrics. */
export const healthUrlOf = ({ name, metricsPort }: ServiceEntry, ports: Readonly<Record<string, number>>): string =>
  `http://127.0.0.1:${ports[metricsPort === undefined ? name : metricsOf(name)] ?? 0}`;

/** The whole environment of a service, over what the launcher itself was given. Secrets are handed over as files. */
export function environmentOf({ name, env }: ServiceEntry, given: Surroundings): Environment {
  const { eventLog, roleUrls, ports, logLevel } = given;
  return {
    HOST: '127.0.0.1',
    PORT: String(ports[name] ?? 0),
    LOG_LEVEL: logLevel,
    NODE_ENV: 'production',
    EVENT_LOG: eventLog.kind,
    ...(eventLog.kind === 'kafka' ? { KAFKA_BROKERS: eventLog.brokers.join(',') } : { EVENT_LOG_URL_FILE: roleUrls.event_log ?? '' }),
    ...env(given),
  };
}
