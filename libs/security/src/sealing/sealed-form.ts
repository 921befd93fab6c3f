import { isSealedForm } from '../schemas/sealed-form.js';
import { MOST_SEALED_FIELDS } from './limits.js';

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

/** Characters of a header, and of what stands around a ciphertext. */
const MOST_AROUND = 1_024;

/** By how many characters a sealed value is longer than what is sealed in it, as JSON; more than an honest header takes is not counted. */
function overheadOf(value: SealedValue): number {
  const ciphertext = value[SEALED].split('.', 4)[3]?.length ?? 0;
  const around = `{"${SEALED}":""}`.length + value[SEALED].length - ciphertext;
  return Math.min(around, MOST_AROUND) + ciphertext - Math.floor((ciphertext * 3) / 4);
}

/** By how many characters a payload became longer because parts of it are sealed: what is to be left out where its size counts. */
export function sealingOverhead(value: unknown): number {
  let left = MOST_SEALED_FIELDS;
  const walk = (part: unknown): number => {
    if (typeof part !== 'object' || part === null || left === 0) return 0;
    if (isSealed(part)) return left-- > 0 ? overheadOf(part) : 0;
    return Object.values(part).reduce((sum: number, member) => sum + walk(member), 0);
  };
  return walk(value);
}
