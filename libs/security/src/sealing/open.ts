import type { UnsealingKey, UnsealingKeys } from '@toolplane/contracts/documents';
import { ToolplaneError } from '@toolplane/contracts/errors';
import { compactDecrypt, decodeProtectedHeader, importJWK, type ProtectedHeaderParameters } from 'jose';
import { isSealedForm } from '../schemas/sealed-form.js';
import { placeOf, type Binding, type Place } from './binding.js';
import { MOST_SEALED_BYTES, MOST_SEALED_CHARACTERS, MOST_SEALED_FIELDS } from './limits.js';
import { atPlaces } from './places.js';
import { withinObject } from './seal.js';
import { SEALED } from './sealed-form.js';

type Payload = Readonly<Record<string, unknown>>;

export interface OpenedPayload {
  readonly payload: Record<string, unknown>;
  /** The values at the given places, opened or not: what must not come back from anywhere. */
  readonly secrets: readonly unknown[];
}

const WITHOUT_KEYS = 'a sensitive field is sealed and there are no keys to open it with: UNSEALING_KEYS_FILE is not set';
const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * Opens what is sealed at the given places. Values there that are in the clear stay; a sealed form anywhere else is data like any other.
 * @param pointers those that the payload was sealed by.
 * @param given null where there are no keys: then nothing may be sealed.
 * @throws ToolplaneError SEALING_NOT_CONFIGURED without keys; SEALED_VALUE_INVALID with the pointer, where one does not open: another tenant's, tool's or place's, an unknown
 * key, or no ciphertext at all. Says nothing of what it holds.
 */
export async function openPayload(payload: Payload, pointers: readonly string[], binding: Binding, given: UnsealingKeys | null): Promise<OpenedPayload> {
  const secrets: unknown[] = [];
  let opened = 0;
  const visit = async (value: unknown, pointer: string): Promise<unknown> => {
    let now = value;
    if (isSealedForm(value)) {
      if (++opened > MOST_SEALED_FIELDS) throw invalid(pointer, `is one more than ${MOST_SEALED_FIELDS} sealed values`);
      if (!given) throw new ToolplaneError('SEALING_NOT_CONFIGURED', { message: WITHOUT_KEYS, details: [{ pointer, detail: 'cannot be opened' }] });
      now = await openValue(value[SEALED], pointer, { place: placeOf(binding, pointer), keys: given.keys });
      // Sealed by whoever sent it as if it were a value: a forgery that was never ciphertext ends here.
      if (typeof now === 'object' && now !== null && Object.hasOwn(now, SEALED)) throw invalid(pointer, 'holds another sealed form instead of a value');
    }
    secrets.push(now);
    return now;
  };
  const open = await atPlaces(payload, pointers.map(withinObject), visit, () => false);
  return { payload: open as Record<string, unknown>, secrets };
}

const invalid = (pointer: string, detail: string): ToolplaneError => new ToolplaneError('SEALED_VALUE_INVALID', { details: [{ pointer, detail }] });

interface Opening {
  readonly place: Place;
  readonly keys: readonly UnsealingKey[];
}

async function openValue(text: string, pointer: string, { place, keys }: Opening): Promise<unknown> {
  if (text.length > MOST_SEALED_CHARACTERS) throw invalid(pointer, 'is too large');
  const header = headerOf(text);
  if (!header) throw invalid(pointer, 'is no compact JWE');
  if (header['tenant'] !== place.tenant || header['tool'] !== place.tool || header['pointer'] !== place.pointer) {
    throw invalid(pointer, 'is sealed for another tenant, tool or place');
  }
  // Nothing is inflated: a few bytes could become a great many.
  if (header['zip'] !== undefined) throw invalid(pointer, 'is compressed');
  const named = keys.filter(({ kid }) => kid === header.kid);
  if (named.length === 0) throw invalid(pointer, 'is sealed to a key that nobody has here');
  const plaintext = await decrypted(text, named);
  if (!plaintext) throw invalid(pointer, 'was changed, or sealed in another way than ECDH-ES with A256GCM');
  if (plaintext.length > MOST_SEALED_BYTES) throw invalid(pointer, 'is too large');
  try {
    return JSON.parse(decoder.decode(plaintext));
  } catch {
    throw invalid(pointer, 'does not hold JSON');
  }
}

/** The header is believed only once the ciphertext has been opened: it is authenticated with it. */
function headerOf(text: string): ProtectedHeaderParameters | null {
  try {
    return decodeProtectedHeader(text);
  } catch {
    return null;
  }
}

const ALGORITHMS = { keyManagementAlgorithms: ['ECDH-ES', 'ECDH-ES+A256KW'], contentEncryptionAlgorithms: ['A256GCM'] };

/** A name that was given twice by mistake must not cost what is sealed to either key. */
async function decrypted(text: string, keys: readonly UnsealingKey[]): Promise<Uint8Array | null> {
  for (const key of keys) {
    try {
      return (await compactDecrypt(text, await imported(key), ALGORITHMS)).plaintext;
    } catch {
      // Not this one.
    }
  }
  return null;
}

const known = new WeakMap<UnsealingKey, ReturnType<typeof importJWK>>();
function imported(key: UnsealingKey): ReturnType<typeof importJWK> {
  let promise = known.get(key);
  if (!promise) known.set(key, (promise = importJWK({ ...key, alg: 'ECDH-ES' })));
  return promise;
}
