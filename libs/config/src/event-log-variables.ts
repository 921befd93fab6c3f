import { Type } from 'typebox';
import { refined, type Refined } from './definition.js';
import { variable } from './variable.js';

export interface KafkaConfig {
  readonly kind: 'kafka';
  readonly brokers: readonly string[];
  /** SCRAM-SHA-512 with one principal per service; undefined on a broker that trusts the network. */
  readonly sasl?: { readonly username: string; readonly password: string } | undefined;
  /** Undefined: no TLS. Without `caFile` the system's certificates are trusted. */
  readonly tls?: { readonly caFile?: string | undefined } | undefined;
}

export interface EmbeddedConfig {
  readonly kind: 'embedded';
  /** Postgres URL of the role `event_log`. */
  readonly url: string;
}

export type EventLogConfig = KafkaConfig | EmbeddedConfig;

const VARIABLES = {
  kind: variable({ env: 'EVENT_LOG', doc: 'Which event log: a Kafka broker, or tables in Postgres.', schema: Type.Enum(['kafka', 'embedded']), default: 'kafka' }),
  brokers: variable({
    env: 'KAFKA_BROKERS',
    doc: 'With kafka: brokers as host:port.',
    schema: Type.Array(Type.String({ pattern: '^[^\\s:]+:[0-9]{1,5}$' }), { minItems: 1 }),
    optional: true,
  }),
  username: variable({ env: 'KAFKA_SASL_USERNAME', doc: 'With kafka: principal (SCRAM-SHA-512) of this service.', schema: Type.String({ minLength: 1 }), optional: true }),
  password: variable({ env: 'KAFKA_SASL_PASSWORD', doc: 'With kafka: password of that principal.', schema: Type.String({ minLength: 1 }), optional: true, secret: true }),
  tls: variable({ env: 'KAFKA_TLS', doc: 'With kafka: whether the brokers speak TLS.', schema: Type.Boolean(), default: false }),
  caFile: variable({ env: 'KAFKA_CA_FILE', doc: 'With KAFKA_TLS: certificates to trust (PEM) instead of the system’s.', schema: Type.String({ minLength: 1 }), optional: true }),
  url: variable({
    env: 'EVENT_LOG_URL',
    doc: 'With embedded: Postgres URL of the role event_log.',
    schema: Type.String({ pattern: '^postgres(ql)?://' }),
    optional: true,
    secret: true,
  }),
};

/** Variables of everything that speaks to the event log. */
export const eventLogVariables = (): Refined<EventLogConfig> =>
  refined(VARIABLES, ({ kind, brokers, username, password, tls, caFile, url }, blame): EventLogConfig => {
    if (kind === 'embedded') {
      if (url === undefined) blame('EVENT_LOG_URL', 'is required with EVENT_LOG=embedded');
      return { kind, url: url ?? '' };
    }
    if (brokers === undefined) blame('KAFKA_BROKERS', 'is required with EVENT_LOG=kafka');
    if (username !== undefined && password === undefined) blame('KAFKA_SASL_PASSWORD', 'is required with KAFKA_SASL_USERNAME');
    if (username === undefined && password !== undefined) blame('KAFKA_SASL_USERNAME', 'is required with KAFKA_SASL_PASSWORD');
    if (!tls && caFile !== undefined) blame('KAFKA_CA_FILE', 'is set without KAFKA_TLS=true');
    return {
      kind: 'kafka',
      brokers: brokers ?? [],
      ...(username === undefined || password === undefined ? {} : { sasl: { username, password } }),
      ...(tls ? { tls: { caFile } } : {}),
    };
  });
