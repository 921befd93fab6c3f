import { defineConfig, LOG_LEVELS, variable, type Settings } from '@toolplane/config';
import { Type } from 'typebox';

const text = Type.String({ minLength: 1 });

/** What the launcher reads. Everything else in its environment goes to the services as it is. */
export const cliConfig = defineConfig({
  dataDir: variable({
    env: 'TOOLPLANE_DATA_DIR',
    doc: 'Folder of the launcher: databases, logs, generated secrets.',
    schema: text,
    default: '.data',
  }),
  port: variable({
    env: 'PORT',
    doc: 'Public port of a local start; without it 8080, or the one it had before.',
    schema: Type.Integer({ minimum: 1, maximum: 65_535 }),
    optional: true,
  }),
  logLevel: variable({
    env: 'LOG_LEVEL',
    doc: 'Least severe level that the services log.',
    schema: Type.Enum([...LOG_LEVELS]),
    default: 'info',
  }),
  configDir: variable({
    env: 'CONFIG_DIR',
    doc: 'Folder of declared tools and agent types of a local start; a relative one is below the project.',
    schema: text,
    default: 'deploy/config',
  }),
  demo: variable({
    env: 'TOOLPLANE_DEMO',
    doc: '0: a local start provisions no demo tenant.',
    schema: Type.Enum(['0', '1']),
    default: '1',
  }),
  databaseUrl: variable({
    env: 'DATABASE_URL',
    doc: 'Postgres database of a local start, with a role that may create roles; without it an embedded one is started.',
    schema: Type.String({ pattern: '^postgres(ql)?://' }),
    optional: true,
    secret: true,
  }),
  eventLog: {
    kind: variable({
      env: 'EVENT_LOG',
      doc: 'Event log of a local start. auto: Kafka when KAFKA_BROKERS is set, or Java 17 and Maven are found; else embedded.',
      schema: Type.Enum(['auto', 'kafka', 'embedded']),
      default: 'auto',
    }),
    brokers: variable({
      env: 'KAFKA_BROKERS',
      doc: 'Brokers as host:port to use instead of a local one.',
      schema: Type.Array(Type.String({ pattern: '^[^\\s:]+:[0-9]{1,5}$' }), { minItems: 1 }),
      optional: true,
    }),
    username: variable({ env: 'KAFKA_SASL_USERNAME', doc: 'With KAFKA_BROKERS: principal (SCRAM-SHA-512).', schema: text, optional: true }),
    password: variable({
      env: 'KAFKA_SASL_PASSWORD',
      doc: 'With KAFKA_BROKERS: its password.',
      schema: text,
      optional: true,
      secret: true,
    }),
    tls: variable({ env: 'KAFKA_TLS', doc: 'With KAFKA_BROKERS: whether they speak TLS.', schema: Type.Boolean(), default: false }),
    caFile: variable({ env: 'KAFKA_CA_FILE', doc: 'With KAFKA_TLS: certificates to trust.', schema: text, optional: true }),
  },
});
export type CliConfig = Settings<typeof cliConfig>;
