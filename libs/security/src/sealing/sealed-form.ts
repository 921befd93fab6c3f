import { isSealedForm } from '../schemas/sealed-form.js';

/** The member by which a sealed value is known: `{"$sealed": "<compact JWE>"}` stands where the value was. */
export const SEALED = '$sealed';

export interface SealedValue {
  readonly [SEALED]: string;
}

/** Header, key, initialization vector, ciphertext, tag (RFC 7516, 7.1). Direct agreement has no key. */
const COMPACT_JWE = /^[\w-]+\.[\w-]*\.[\w-]+\.[\w-]*\.[\w-]+$/;

/**
 * Whether a value has the form of a sealed one. Says nothing about whether it opens. What claims to be sealed and is no ciphertext is not:
 * it might hold the secret itself, and is sealed like any other value.
 */
export const isSealed = (value: unknown): value is SealedValue => isSealedForm(value) && COMPACT_JWE.test(value[SEALED]);

/** By how many characters a sealed value is longer than what is sealed in it, as JSON. */
export function sealingOverhead(value: SealedValue): number {
  const ciphertext = value[SEALED].split('.', 4)[3] ?? '';
  return `{"${SEALED}":""}`.length + value[SEALED].length - Math.floor((ciphertext.length * 3) / 4);
}
