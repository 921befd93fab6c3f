import type { SealingKey, SealingKeys } from '@toolplane/contracts/documents';
import { ToolplaneError } from '@toolplane/contracts/errors';
import { CompactEncrypt, importJWK, type CompactJWEHeaderParameters } from 'jose';
import { canonical } from '../chain/canonical.js';
import { placeOf, type Binding } from './binding.js';
import { MOST_SEALED_BYTES, MOST_SEALED_FIELDS } from './limits.js';
import { atPlaces } from './places.js';
import type { Repeatable } from './repeatable.js';
import { isSealed, SEALED, type SealedValue } from './sealed-form.js';

type Payload = Readonly<Record<string, unknown>>;

export interface SealedPayload {
  /** The same payload where nothing had to be sealed; otherwise a copy that shares what is untouched. */
  readonly payload: Record<string, unknown>;
  /** Where it holds sealed values now, those that came sealed included. */
  readonly sealed: readonly string[];
}

const WITHOUT_KEYS = 'a sensitive field came in the clear and there are no keys to seal it with: SEALING_KEYS_FILE is not set';
const encoder = new TextEncoder();

/**
 * Seals the values at the given places to the newest key, each as JSON, and keeps those that came sealed. A value inside another one that
 * is sealed is sealed with it.
 * @param pointers JSON Pointers into the payload, `*` for any item or member; `compileSchema` collects them.
 * @param keys null where there are none: then nothing may have to be sealed.
 * @throws ToolplaneError SEALING_NOT_CONFIGURED without keys, REQUEST_TOO_LARGE where more than 64 fields are to be sealed.
 */
export async function sealPayload(
  payload: Payload,
  pointers: readonly string[],
  binding: Binding,
  keys: SealingKeys | null,
  repeatable?: Repeatable,
): Promise<SealedPayload> {
  const sealed: string[] = [];
  if (pointers.length === 0) return { payload, sealed };
  const newest = keys?.keys.at(-1);
  const visit = async (value: unknown, pointer: string): Promise<unknown> => {
    if (sealed.push(pointer) > MOST_SEALED_FIELDS) throw tooMany(pointer);
    if (isSealed(value)) return value;
    if (!newest) throw new ToolplaneError('SEALING_NOT_CONFIGURED', { message: WITHOUT_KEYS, details: [{ pointer, detail: 'cannot be sealed' }] });
    return sealValue(value, pointer, { binding, key: newest, repeatable });
  };
  return { payload: (await atPlaces(payload, pointers.map(withinObject), visit, isSealed)) as Record<string, unknown>, sealed };
}

/** A payload is an object and stays one: if all of it is marked, all of its members are. */
export const withinObject = (pointer: string): string => (pointer === '' ? '/*' : pointer);

const tooMany = (pointer: string): ToolplaneError =>
  new ToolplaneError('REQUEST_TOO_LARGE', {
    message: `more than ${MOST_SEALED_FIELDS} fields are to be sealed`,
    details: [{ pointer, detail: 'is one too many; let the schema mark the object they lie in' }],
  });

interface Sealing {
  readonly binding: Binding;
  readonly key: SealingKey;
  readonly repeatable: Repeatable | undefined;
}

async function sealValue(value: unknown, pointer: string, { binding, key, repeatable }: Sealing): Promise<SealedValue> {
  const plaintext = encoder.encode(canonical(value));
  if (plaintext.length > MOST_SEALED_BYTES) {
    throw new ToolplaneError('REQUEST_TOO_LARGE', { details: [{ pointer, detail: `is larger than ${MOST_SEALED_BYTES} bytes` }] });
  }
  const header: CompactJWEHeaderParameters = { alg: 'ECDH-ES', enc: 'A256GCM', kid: key.kid, ...placeOf(binding, pointer) };
  const encrypt = new CompactEncrypt(plaintext).setProtectedHeader(header);
  if (repeatable) {
    const { ephemeral, initializationVector } = await repeatable(header, plaintext);
    encrypt.setKeyManagementParameters({ epk: ephemeral }).setInitializationVector(initializationVector);
  }
  return { [SEALED]: await encrypt.encrypt(await imported(key)) };
}

const known = new WeakMap<SealingKey, ReturnType<typeof importJWK>>();
function imported(key: SealingKey): ReturnType<typeof importJWK> {
  let promise = known.get(key);
  if (!promise) known.set(key, (promise = importJWK({ ...key }, 'ECDH-ES')));
  return promise;
}
