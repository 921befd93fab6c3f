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
export const isSealed = (value: unknown): value is SealedValue => claimsToBeSealed(value) && COMPACT_JWE.test(value[SEALED]);

/** An object whose only member is `$sealed`, a text. */
export const claimsToBeSealed = (value: unknown): value is SealedValue => {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, SEALED)) return false;
  return typeof (value as Record<string, unknown>)[SEALED] === 'string' && Object.keys(value).length === 1;
};

/** By how many characters a sealed value is longer than what is sealed in it, as JSON. */
export function sealingOverhead(value: SealedValue): number {
  const ciphertext = value[SEALED].split('.', 4)[3] ?? '';
  return `{"${SEALED}":""}`.length + value[SEALED].length - Math.floor((ciphertext.length * 3) / 4);
}
