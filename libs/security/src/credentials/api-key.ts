import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/**
 * `tp_` + 8 characters that name the key + 43 that are its 256 secret bits + 6 that check the rest; letters and digits only, so that a
 * double click takes all of it. The checksum tells a typing error or a leaked look-alike without asking the database.
 */
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const NAME_LENGTH = 8;
const SECRET_BYTES = 32;
const SECRET_LENGTH = 43;
const CHECKSUM_LENGTH = 6;
const FORM = new RegExp(`^tp_[0-9A-Za-z]{${NAME_LENGTH + SECRET_LENGTH + CHECKSUM_LENGTH}}$`);

export interface ParsedApiKey {
  /** Public part: found in lists and logs, looked up by, and counted for rate limits. */
  readonly prefix: string;
  /** What is stored instead of the key. */
  readonly hash: string;
}
export interface GeneratedApiKey extends ParsedApiKey {
  /** Shown once, stored nowhere. */
  readonly key: string;
}

/** @param random source of random bytes; a parameter for tests. */
export function generateApiKey(random: (size: number) => Uint8Array = randomBytes): GeneratedApiKey {
  const body = `tp_${base62(random(SECRET_BYTES)).padStart(SECRET_LENGTH, '0').slice(-NAME_LENGTH)}${base62(random(SECRET_BYTES)).padStart(SECRET_LENGTH, '0')}`;
  const key = body + checksum(body);
  return { key, prefix: prefixOf(key), hash: hashApiKey(key) };
}

/** Null for what cannot be a key of ours: wrong form or wrong checksum. Says nothing about whether the key exists. */
export function parseApiKey(text: string): ParsedApiKey | null {
  if (!FORM.test(text) || checksum(text.slice(0, -CHECKSUM_LENGTH)) !== text.slice(-CHECKSUM_LENGTH)) return null;
  return { prefix: prefixOf(text), hash: hashApiKey(text) };
}

/** SHA-256: with 256 random bits there is nothing to slow down. */
export const hashApiKey = (key: string): string => createHash('sha256').update(key).digest('hex');

/** Compares two hashes in a time that does not tell how much of them is equal. */
export function sameHash(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

const prefixOf = (key: string): string => key.slice(0, 'tp_'.length + NAME_LENGTH);
const checksum = (body: string): string =>
  base62(createHash('sha256').update(body).digest().subarray(0, 4)).padStart(CHECKSUM_LENGTH, '0');

function base62(bytes: Uint8Array): string {
  let rest = BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
  let text = '';
  for (; rest > 0n; rest /= 62n) text = (ALPHABET[Number(rest % 62n)] as string) + text;
  return text;
}
