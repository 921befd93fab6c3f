import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  databaseVariables, defineConfig, describeConfig, eventLogVariables, ingressVariables, loadConfig, processVariables, readPolicyFile, serviceVariables,
} from './index.js';
import { IngressPolicy } from '@toolplane/contracts/documents';

const folder = mkdtempSync(path.join(tmpdir(), 'toolplane-config-'));
const file = (content: string): string => {
  const name = path.join(folder, 'ingress.json');
  writeFileSync(name, content);
  return name;
};
afterAll(() => rmSync(folder, { recursive: true }));

describe('the event log', () => {
  const definition = defineConfig({ eventLog: eventLogVariables() });
  const load = (env: Record<string, string>) => loadConfig(definition, env).eventLog;

  it('is Kafka with brokers', () => {
    expect(load({ KAFKA_BROKERS: '127.0.0.1:19092,b:9092' })).toEqual({ kind: 'kafka', brokers: ['127.0.0.1:19092', 'b:9092'] });
  });

  it('is Kafka with a principal and TLS', () => {
    expect(load({ KAFKA_BROKERS: 'b:9093', KAFKA_SASL_USERNAME: 'audit', KAFKA_SASL_PASSWORD: 'secret', KAFKA_TLS: 'true', KAFKA_CA_FILE: '/ca.pem' })).toEqual({
      kind: 'kafka', brokers: ['b:9093'], sasl: { username: 'audit', password: 'secret' }, tls: { caFile: '/ca.pem' },
    });
  });

  it('is the embedded log at a URL', () => {
    expect(load({ EVENT_LOG: 'embedded', EVENT_LOG_URL: 'postgres://log' })).toEqual({ kind: 'embedded', url: 'postgres://log' });
  });

  it.each([
    [{}, 'KAFKA_BROKERS: is required with EVENT_LOG=kafka'],
    [{ KAFKA_BROKERS: 'localhost' }, 'KAFKA_BROKERS /0: must match pattern'],
    [{ EVENT_LOG: 'embedded' }, 'EVENT_LOG_URL: is required with EVENT_LOG=embedded'],
    [{ EVENT_LOG: 'auto' }, 'EVENT_LOG: must be one of kafka, embedded'],
    [{ KAFKA_BROKERS: 'b:1', KAFKA_SASL_USERNAME: 'x' }, 'KAFKA_SASL_PASSWORD: is required with KAFKA_SASL_USERNAME'],
    [{ KAFKA_BROKERS: 'b:1', KAFKA_SASL_PASSWORD: 'x' }, 'KAFKA_SASL_USERNAME: is required with KAFKA_SASL_PASSWORD'],
    [{ KAFKA_BROKERS: 'b:1', KAFKA_CA_FILE: 'x' }, 'KAFKA_CA_FILE: is set without KAFKA_TLS=true'],
  ])('refuses %j', (env, fault) => {
    expect(() => load(env as Record<string, string>)).toThrow(fault);
  });
});

describe('the database', () => {
  it('has three roles, the owner only where the service migrates', () => {
    const definition = defineConfig({ database: databaseVariables() });
    const env = { DATABASE_API_URL: 'postgres://api', DATABASE_WORKER_URL: 'postgresql://worker' };
    expect(loadConfig(definition, env).database).toEqual({ apiUrl: 'postgres://api', workerUrl: 'postgresql://worker', ownerUrl: undefined, poolSize: 8 });
    expect(() => loadConfig(definition, {})).toThrow(/DATABASE_API_URL[^]*DATABASE_WORKER_URL/);
  });
});

describe('the process', () => {
  it('has a name of its own and loopback by default', () => {
    expect(loadConfig(defineConfig({ process: processVariables({ name: 'provider-http', port: 8090 }) }), {}).process).toEqual({
      name: 'provider-http', host: '127.0.0.1', port: 8090, logLevel: 'info',
    });
  });

  it('of a service checks internal tokens', () => {
    const service = defineConfig({ service: serviceVariables({ name: 'audit', port: 8084 }) });
    expect(() => loadConfig(service, { INTERNAL_TOKEN_PUBLIC_KEY: 'abc' })).toThrow('INTERNAL_TOKEN_PUBLIC_KEY: must match pattern');
  });
});

describe('the ingress', () => {
  const definition = defineConfig({ ingress: ingressVariables() });
  const entry = { topic: 'tool.execution.requested.v1.orders', principal: 'User:orders', tenants: ['demo'] };

  it('is open without a file', () => {
    expect(loadConfig(definition, { INGRESS_TRUST: 'open' }).ingress).toEqual({ trust: 'open', policy: {} });
  });

  it('is listed in a file', () => {
    expect(loadConfig(definition, { INGRESS_FILE: file(JSON.stringify({ orders: entry })) }).ingress).toEqual({ trust: 'listed', policy: { orders: entry } });
  });

  it('is not believed by default', () => {
    expect(() => loadConfig(definition, {})).toThrow('INGRESS_FILE: is required with INGRESS_TRUST=listed');
  });

  it('says where the file is wrong', () => {
    const wrong = file(JSON.stringify({ orders: { ...entry, tenants: 'demo' }, crm: { topic: 'elsewhere' } }));
    expect(() => loadConfig(definition, { INGRESS_FILE: wrong })).toThrow(/\/orders\/tenants must be array[^]*\/crm/);
  });
});

describe('a policy file', () => {
  it.each([
    ['is not JSON', '{', 'is not JSON'],
    ['has the wrong shape at its root', '[]', '/: must be object'],
    ['has a property that is not known', '{"orders":{"topic":"tool.execution.requested.v1","principal":"User:o","tenants":[],"tenant":"x"}}', 'has the unknown property tenant'],
  ])('is refused when it %s', (_title, content, fault) => {
    expect(() => readPolicyFile(file(content), IngressPolicy)).toThrow(fault);
  });

  it('is refused when it is not there', () => {
    expect(() => readPolicyFile('/nowhere/ingress.json', IngressPolicy)).toThrow('/nowhere/ingress.json: cannot be read (ENOENT)');
  });
});

it('a configuration describes itself, without values', () => {
  const described = describeConfig(defineConfig({ service: serviceVariables({ name: 'audit', port: 8084 }), eventLog: eventLogVariables() }));
  expect(described.find(({ env }) => env === 'PORT')).toEqual({
    path: 'service.port', env: 'PORT', doc: 'Port to listen on; 0 takes a free one.', type: 'integer, 0 to 65535', default: '8084', required: false, secret: false, file: false,
  });
  expect(described.find(({ env }) => env === 'EVENT_LOG_URL')).toMatchObject({ secret: true, file: true, required: false, default: null });
  expect(described.find(({ env }) => env === 'INTERNAL_TOKEN_PUBLIC_KEY')).toMatchObject({ secret: false, file: true, required: true });
  expect(described.find(({ env }) => env === 'EVENT_LOG')).toMatchObject({ type: 'kafka or embedded', default: '"kafka"' });
});
