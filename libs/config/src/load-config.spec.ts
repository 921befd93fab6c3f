import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Type } from 'typebox';
import { ConfigurationError, defineConfig, loadConfig, refined, variable, type Environment } from './index.js';

const definition = defineConfig({
  port: variable({ env: 'PORT', doc: 'Port.', schema: Type.Integer({ minimum: 0, maximum: 65_535 }), default: 8080 }),
  store: {
    url: variable({ env: 'STORE_URL', doc: 'Where the store is.', schema: Type.String({ pattern: '^postgres://' }), secret: true }),
    ratio: variable({ env: 'RATIO', doc: 'A ratio.', schema: Type.Number(), default: 0.5 }),
  },
  verbose: variable({ env: 'VERBOSE', doc: 'Whether.', schema: Type.Boolean(), default: false }),
  brokers: variable({ env: 'BROKERS', doc: 'Brokers.', schema: Type.Array(Type.String({ minLength: 3 })), optional: true }),
  limits: variable({ env: 'LIMITS', doc: 'Limits.', schema: Type.Object({ calls: Type.Integer() }, { additionalProperties: false }), default: { calls: 4 } }),
});

const faultsOf = (env: Environment): readonly string[] => {
  try {
    loadConfig(definition, env);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults.map(({ source, pointer = '', message }) => `${source}${pointer} ${message}`);
    throw error;
  }
  return [];
};

describe('loading a configuration', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'toolplane-config-'));
  const file = (name: string, content: string) => {
    writeFileSync(path.join(folder, name), content);
    return path.join(folder, name);
  };
  afterAll(() => rmSync(folder, { recursive: true }));

  it('gives a nested object of typed values, defaults where nothing is set', () => {
    const config = loadConfig(definition, { STORE_URL: 'postgres://x' });
    const port: number = config.port;
    const brokers: readonly string[] | undefined = config.brokers;
    expect([port, brokers]).toEqual([8080, undefined]);
    expect(config).toEqual({
      port: 8080, brokers: undefined, store: { url: 'postgres://x', ratio: 0.5 }, verbose: false, limits: { calls: 4 },
    });
  });

  it('reads numbers, booleans, lists and JSON from text', () => {
    const env = { STORE_URL: 'postgres://x', PORT: '0', RATIO: '-1.25', VERBOSE: 'true', BROKERS: ' a:1, b:2 ,', LIMITS: '{"calls":9}' };
    expect(loadConfig(definition, env)).toEqual({
      port: 0, store: { url: 'postgres://x', ratio: -1.25 }, verbose: true, brokers: ['a:1', 'b:2'], limits: { calls: 9 },
    });
  });

  it('is frozen, all the way down', () => {
    const config = loadConfig(definition, { STORE_URL: 'postgres://x', BROKERS: 'a:1' });
    expect([config, config.store, config.brokers, config.limits].every((part) => Object.isFrozen(part))).toBe(true);
  });

  it('takes an empty variable for one that is not set', () => {
    expect(loadConfig(definition, { STORE_URL: 'postgres://x', PORT: '', BROKERS: '' })).toMatchObject({ port: 8080, brokers: undefined });
  });

  it('names every fault at once', () => {
    expect(faultsOf({ PORT: '99999', RATIO: 'half', VERBOSE: 'yes', BROKERS: 'a:1,b', LIMITS: '{"calls":1,"other":2}' })).toEqual([
      'PORT must be <= 65535',
      'STORE_URL is required: Where the store is.',
      'RATIO must be number',
      'VERBOSE must be boolean',
      'BROKERS/1 must NOT have fewer than 3 characters',
      'LIMITS has the unknown property other',
    ]);
  });

  it.each(['1.5', '0x10', '1e3', ' 1', 'Infinity', '١'])('does not take %j for an integer', (text) => {
    expect(faultsOf({ STORE_URL: 'postgres://x', PORT: text })).toEqual(['PORT must be integer']);
  });

  it('never prints a value', () => {
    const env = { STORE_URL: 'hunter2-url', PORT: 'hunter2', RATIO: 'hunter2', LIMITS: '{"calls":"hunter2"}', BROKERS: 'hunter2,x' };
    expect(() => loadConfig(definition, env)).toThrow(ConfigurationError);
    try {
      loadConfig(definition, env);
    } catch (error) {
      expect(JSON.stringify(error) + String(error) + JSON.stringify((error as ConfigurationError).toWire())).not.toContain('hunter2');
    }
  });

  it('reads a secret from the file that NAME_FILE names, without the line break at its end', () => {
    expect(loadConfig(definition, { STORE_URL_FILE: file('url', 'postgres://from-file\n') }).store.url).toBe('postgres://from-file');
  });

  it('reads no file for what is neither secret nor long', () => {
    expect(loadConfig(definition, { STORE_URL: 'postgres://x', PORT_FILE: file('port', '1') }).port).toBe(8080);
  });

  it.each([
    ['set twice', () => ({ STORE_URL: 'postgres://x', STORE_URL_FILE: file('twice', 'postgres://y') }), 'STORE_URL is set twice, by itself and by STORE_URL_FILE'],
    ['of a file that is not there', () => ({ STORE_URL_FILE: path.join(folder, 'none') }), 'STORE_URL_FILE names a file that cannot be read (ENOENT)'],
    ['of an empty file', () => ({ STORE_URL_FILE: file('empty', '\n') }), 'STORE_URL_FILE names an empty file'],
    ['of a file with a wrong value', () => ({ STORE_URL_FILE: file('wrong', 'mysql://x') }), 'STORE_URL must match pattern "^postgres://"'],
  ])('refuses a secret %s', (_title, env, fault) => {
    expect(faultsOf(env())).toEqual([fault]);
  });

  it('checks values together once each of them is right', () => {
    const pair = refined(
      {
        low: variable({ env: 'LOW', doc: 'Low.', schema: Type.Integer() }),
        high: variable({ env: 'HIGH', doc: 'High.', schema: Type.Integer() }),
      },
      ({ low, high }, blame) => {
        if (low > high) blame('LOW', 'is above HIGH');
        return [low, high] as const;
      },
    );
    const both = defineConfig({ pair });
    expect(loadConfig(both, { LOW: '1', HIGH: '2' }).pair).toEqual([1, 2]);
    expect(() => loadConfig(both, { LOW: '3', HIGH: '2' })).toThrow('LOW: is above HIGH');
    expect(() => loadConfig(both, { LOW: 'x', HIGH: '2' })).toThrow('LOW: must be integer');
  });

  it('refuses a definition with one variable in two places', () => {
    const port = () => variable({ env: 'PORT', doc: 'Port.', schema: Type.Integer() });
    expect(() => defineConfig({ a: port(), b: { c: port() } })).toThrow('PORT is declared twice');
  });
});
