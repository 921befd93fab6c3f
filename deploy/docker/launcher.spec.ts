import { environmentOf, SERVICES as ENTRIES, type Surroundings } from '../../apps/cli/src/up/services.js';
import { compare, ROOT, SERVICES, variablesOf } from './variables.js';

const file = '/somewhere';
const surroundings: Surroundings = {
  root: ROOT,
  logLevel: 'info',
  eventLog: { kind: 'kafka', brokers: ['127.0.0.1:9092'] },
  roleUrls: {},
  keys: { adminKey: '', adminKeyFile: file, tokenPrivateKeyFile: file, tokenPublicKeyFile: file, requestDigestKeyFile: file, sealingKeysFile: file, unsealingKeysFile: file, checkpointKeyFile: file, checkpointDir: file },
  policies: { egressFile: file, secretsFile: file },
  configDir: file,
  ports: {},
};

describe('a local start', () => {
  it('starts every service', () => {
    expect(ENTRIES.map(({ name }) => name)).toEqual(expect.arrayContaining(SERVICES));
  });

  it.each(ENTRIES.filter(({ name }) => SERVICES.includes(name)).map((entry) => [entry.name, entry] as const))(
    'hands %s the variables that it requires, and none that it does not know',
    async (name, entry) => {
      const known = await variablesOf(name);
      for (const eventLog of [surroundings.eventLog, { kind: 'embedded' } as const]) {
        const set = Object.keys(environmentOf(entry, { ...surroundings, eventLog })).filter((variable) => variable !== 'NODE_ENV');
        expect(compare(known, set)).toEqual({ unknown: [], missing: [] });
      }
    },
  );
});
