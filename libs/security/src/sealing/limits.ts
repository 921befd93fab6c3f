/** Fields that are sealed one by one in a payload: each takes an agreement of keys and some 450 characters. */
export const MOST_SEALED_FIELDS = 64;
/** Bytes of a value in its JSON form. A payload may have no more. */
export const MOST_SEALED_BYTES = 256 * 1024;
/** Characters of a sealed value: what that many bytes become, and a header. */
export const MOST_SEALED_CHARACTERS = Math.ceil((MOST_SEALED_BYTES * 4) / 3) + 8 * 1024;
