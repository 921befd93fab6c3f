import type { CompactJWEHeaderParameters, CryptoKey } from 'jose';

/** What else a sealing is made of: drawn at random unless given. */
export interface Ingredients {
  /** Private key of the one agreement, on P-256. */
  readonly ephemeral: CryptoKey;
  readonly initializationVector: Uint8Array;
}

/** Makes the ingredients of one sealing out of everything that goes into it. */
export type Repeatable = (header: CompactJWEHeaderParameters, plaintext: Uint8Array) => Promise<Ingredients>;

const encoder = new TextEncoder();
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const SCALAR_BYTES = 32;
/** 128 bits more than the order has: what is left of them after the division is uniform enough (FIPS 186-5, A.2.1). */
const WIDE_BYTES = 48;
const IV_BYTES = 12;
const PKCS8_P256 = Uint8Array.from([
  0x30, 0x41, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d,
  0x03, 0x01, 0x07, 0x04, 0x27, 0x30, 0x25, 0x02, 0x01, 0x01, 0x04, 0x20,
]);

/**
 * Sealing that gives the same text for the same input, for events that have to be the same when they are made again. Ephemeral key and
 * initialization vector come from a keyed hash of all that is sealed and of all it is bound to, the plaintext included: they repeat only
 * where the whole sealing does. Whoever holds the secret can test guesses, as with any keyed hash; nobody else can tell it from random.
 * @param secret of the service, 32 bytes or more; a key of its own is derived from it.
 * @param of what the repeat is a repeat of, the execution: equal values of different executions look different.
 */
export function repeatableSealing(secret: string): (of: string) => Repeatable {
  let key: Promise<CryptoKey> | undefined;
  return (of) => async (header, plaintext) => {
    key ??= derived(secret);
    const context = encoder.encode(JSON.stringify([of, header]));
    const input = new Uint8Array(4 + context.length + plaintext.length);
    // The length in front keeps context and plaintext apart.
    new DataView(input.buffer).setUint32(0, context.length);
    input.set(context, 4);
    input.set(plaintext, 4 + context.length);
    const seed = new Uint8Array(await crypto.subtle.sign('HMAC', await key, input));
    return { ephemeral: await privateKey(seed.subarray(0, WIDE_BYTES)), initializationVector: seed.slice(WIDE_BYTES, WIDE_BYTES + IV_BYTES) };
  };
}

async function derived(secret: string): Promise<CryptoKey> {
  const material = await crypto.subtle.importKey('raw', encoder.encode(secret), 'HKDF', false, ['deriveKey']);
  const hkdf = { name: 'HKDF', hash: 'SHA-512', salt: new Uint8Array(), info: encoder.encode('toolplane repeatable sealing 1') };
  return crypto.subtle.deriveKey(hkdf, material, { name: 'HMAC', hash: 'SHA-512', length: 512 }, false, ['sign']);
}

/** The public part follows from the scalar; the platform works it out. */
async function privateKey(wide: Uint8Array): Promise<CryptoKey> {
  const number = BigInt(`0x${[...wide].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`);
  const scalar = ((number % (ORDER - 1n)) + 1n).toString(16).padStart(SCALAR_BYTES * 2, '0');
  const pkcs8 = new Uint8Array(PKCS8_P256.length + SCALAR_BYTES);
  pkcs8.set(PKCS8_P256);
  for (let i = 0; i < SCALAR_BYTES; i++) pkcs8[PKCS8_P256.length + i] = Number.parseInt(scalar.slice(i * 2, i * 2 + 2), 16);
  return crypto.subtle.importKey('pkcs8', pkcs8, { name: 'ECDH', namedCurve: 'P-256' }, true, ['deriveBits']);
}
