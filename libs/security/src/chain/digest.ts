import { createHmac, hash } from 'node:crypto';
import { canonical } from './canonical.js';

/** SHA-256 of the text's UTF-8 form, in hex. */
export const sha256 = (text: string): string => hash('sha256', text);

/** SHA-256 over the RFC 8785 form: equal values have equal digests, however their members are ordered. */
export const digest = (value: unknown): string => sha256(canonical(value));

/**
 * HMAC-SHA-256 over the RFC 8785 form. For fingerprints of what may hold secrets: without the key nobody can try values against it.
 * @param key of at least 32 bytes; the same in every service that compares.
 */
export const keyedDigest = (key: string | Uint8Array, value: unknown): string => keyedDigestOf(key, canonical(value));

/** The same over a text that is already canonical. */
export const keyedDigestOf = (key: string | Uint8Array, canonicalText: string): string =>
  createHmac('sha256', key).update(canonicalText).digest('hex');
