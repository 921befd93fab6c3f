import { createHash, createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { canonical } from './canonical.js';
import type { ChainHead } from './chain.js';

/** Who vouches for a statement: `keyId` is the beginning of the SHA-256 of the public key (SPKI, DER). */
export interface Signed {
  readonly keyId: string;
  /** Ed25519 over the RFC 8785 form of the statement with `keyId`, without `signature`; base64url. */
  readonly signature: string;
}

/** How far a chain had come. Kept where whoever can change the chain cannot, it shows that what lies before it was made anew. */
export interface Checkpoint extends ChainHead, Signed {
  readonly type: 'checkpoint';
  readonly tenantId: string;
  readonly at: string;
}

/** What stands in the place of a month of entries that retention removed: enough to go on with the chain behind it. */
export interface Tombstone extends Signed {
  readonly type: 'tombstone';
  readonly tenantId: string;
  /** First day of the month. */
  readonly month: string;
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** Hash of the entry before the first that is gone. */
  readonly prevHash: string;
  /** Hash of the last that is gone. */
  readonly lastHash: string;
  readonly removedAt: string;
}

export interface Signer {
  readonly keyId: string;
  /** SPKI, PEM: for whoever is to check. */
  readonly publicKey: string;
  sign<Statement extends object>(statement: Statement): Statement & Signed;
}

/** @param privateKey Ed25519, PKCS8 PEM. @throws Error where it is none */
export function signerOf(privateKey: string): Signer {
  const key = createPrivateKey(privateKey);
  const publicKey = ed25519(createPublicKey(key));
  const keyId = keyIdOf(publicKey);
  return {
    keyId,
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    sign: (statement) => ({ ...statement, keyId, signature: sign(null, Buffer.from(canonical({ ...statement, keyId })), key).toString('base64url') }),
  };
}

/** @param publicKeys SPKI PEM; whatever any of them has signed counts. @throws Error for one that is no Ed25519 key */
export function verifierOf(publicKeys: readonly string[]): (statement: Signed) => boolean {
  const keys = new Map(publicKeys.map((pem) => ed25519(createPublicKey(pem))).map((key) => [keyIdOf(key), key]));
  return ({ signature, ...statement }) => {
    const key = keys.get(statement.keyId);
    return key !== undefined && verify(null, Buffer.from(canonical(statement)), key, Buffer.from(String(signature), 'base64url'));
  };
}

const keyIdOf = (key: KeyObject): string => createHash('sha256').update(key.export({ type: 'spki', format: 'der' })).digest('hex').slice(0, 16);

function ed25519(key: KeyObject): KeyObject {
  if (key.asymmetricKeyType !== 'ed25519') throw new Error('the key is not an Ed25519 key');
  return key;
}
