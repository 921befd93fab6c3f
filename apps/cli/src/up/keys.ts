import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { SealingKeys, UnsealingKeys } from '@toolplane/contracts/documents';
import { generateApiKey } from '@toolplane/security/credentials';
import { makeSealingKeys } from '@toolplane/security/sealing';
import type { DataDir } from './data-dir.js';

/** Files of what a local start generates once and keeps; only their owner may read them. */
export interface Keys {
  readonly adminKey: string;
  readonly adminKeyFile: string;
  readonly tokenPrivateKeyFile: string;
  readonly tokenPublicKeyFile: string;
  readonly requestDigestKeyFile: string;
  /** Public keys that sensitive payload fields are sealed to, and the private ones, for workers alone. */
  readonly sealingKeysFile: string;
  readonly unsealingKeysFile: string;
  /** Signs the audit’s checkpoints, and where they lie. */
  readonly checkpointKeyFile: string;
  readonly checkpointDir: string;
}

export async function prepareKeys(dataDir: DataDir): Promise<Keys> {
  const adminKey = await dataDir.secret('admin-key', () => generateApiKey().key);
  await dataDir.secret('secrets/request-digest-key', () => randomBytes(32).toString('base64url'));
  await dataDir.secret('secrets/sandbox-api-key', newPassword);
  await tokenKeys(dataDir);
  const sealingKeysFile = await sealingKeys(dataDir);
  await dataDir.secret(CHECKPOINT_KEY, () => generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString().trimEnd());
  return {
    adminKey,
    adminKeyFile: dataDir.file('admin-key'),
    tokenPrivateKeyFile: dataDir.file('secrets/internal-token-private-key.pem'),
    tokenPublicKeyFile: dataDir.file('secrets/internal-token-public-key.pem'),
    requestDigestKeyFile: dataDir.file('secrets/request-digest-key'),
    sealingKeysFile,
    unsealingKeysFile: dataDir.file(UNSEALING_KEYS),
    checkpointKeyFile: dataDir.file(CHECKPOINT_KEY),
    checkpointDir: dataDir.file('checkpoints'),
  };
}

/** The two halves belong together: the public one is written anew whenever the private one is. */
async function tokenKeys(dataDir: DataDir): Promise<void> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519', {
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const kept = await dataDir.secret('secrets/internal-token-private-key.pem', () => privateKey.trimEnd());
  if (kept === privateKey.trimEnd()) await dataDir.writeSecret('secrets/internal-token-public-key.pem', publicKey.trimEnd());
}

const CHECKPOINT_KEY = 'secrets/checkpoint-private-key.pem';
const UNSEALING_KEYS = 'secrets/unsealing-keys.json';

const makePair = () => makeSealingKeys(`${new Date().toISOString().slice(0, 10)}-${randomBytes(4).toString('hex')}`);

/** The public file follows from the private one each time: a key that was added there seals from the next start on. */
async function sealingKeys(dataDir: DataDir): Promise<string> {
  const made = await makePair();
  const kept = JSON.parse(await dataDir.secret(UNSEALING_KEYS, () => JSON.stringify({ keys: [made.unsealing] }))) as UnsealingKeys;
  return dataDir.writeJson('policies/sealing-keys.json', { keys: kept.keys.map(({ d: _private, ...key }) => key) } satisfies SealingKeys);
}

/** Adds a pair, in the order in which a rotation goes: what everybody opens with, then what everybody seals to. */
export async function addSealingKey(dataDir: DataDir): Promise<{ readonly kid: string; readonly unsealingKeysFile: string; readonly sealingKeysFile: string }> {
  const { unsealing } = await makePair();
  const { keys } = await dataDir.readJson<UnsealingKeys>(UNSEALING_KEYS, { keys: [] });
  const unsealingKeysFile = await dataDir.writeSecret(UNSEALING_KEYS, JSON.stringify({ keys: [...keys, unsealing] }));
  return { kid: unsealing.kid, unsealingKeysFile, sealingKeysFile: await sealingKeys(dataDir) };
}

export const newPassword = (): string => randomBytes(24).toString('base64url');

/** Passwords of the database's roles, by role. */
export async function rolePasswords(dataDir: DataDir, roles: readonly string[]): Promise<Record<string, string>> {
  const pairs: [string, string][] = [];
  for (const role of roles)
    pairs.push([role, await dataDir.secret(`secrets/database-${role}`, () => randomBytes(24).toString('base64url'))]);
  return Object.fromEntries(pairs);
}
