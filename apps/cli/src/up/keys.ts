import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { generateApiKey } from '@toolplane/security/credentials';
import type { DataDir } from './data-dir.js';

/** Files of what a local start generates once and keeps; only their owner may read them. */
export interface Keys {
  readonly adminKey: string;
  readonly adminKeyFile: string;
  readonly tokenPrivateKeyFile: string;
  readonly tokenPublicKeyFile: string;
  readonly requestDigestKeyFile: string;
}

export async function prepareKeys(dataDir: DataDir): Promise<Keys> {
  const adminKey = await dataDir.secret('admin-key', () => generateApiKey().key);
  await dataDir.secret('secrets/request-digest-key', () => randomBytes(32).toString('base64url'));
  await dataDir.secret('secrets/sandbox-api-key', newPassword);
  await tokenKeys(dataDir);
  return {
    adminKey,
    adminKeyFile: dataDir.file('admin-key'),
    tokenPrivateKeyFile: dataDir.file('secrets/internal-token-private-key.pem'),
    tokenPublicKeyFile: dataDir.file('secrets/internal-token-public-key.pem'),
    requestDigestKeyFile: dataDir.file('secrets/request-digest-key'),
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

export const newPassword = (): string => randomBytes(24).toString('base64url');

/** Passwords of the database's roles, by role. */
export async function rolePasswords(dataDir: DataDir, roles: readonly string[]): Promise<Record<string, string>> {
  const pairs: [string, string][] = [];
  for (const role of roles)
    pairs.push([role, await dataDir.secret(`secrets/database-${role}`, () => randomBytes(24).toString('base64url'))]);
  return Object.fromEntries(pairs);
}
