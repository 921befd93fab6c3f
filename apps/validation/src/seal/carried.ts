import { canonical, sha256 } from '@toolplane/security/chain';
import { redact } from '@toolplane/security/redaction';
import { carried, payloadDigest } from '../decide/payload.js';
import type { Case, Failed } from '../decide/rule.js';

/** What a decision carries of a payload. */
export interface Carried {
  readonly input: Record<string, unknown>;
  /** SHA-256 of the RFC 8785 form of it; of what cannot be carried, without its sensitive fields. */
  readonly digest: string;
  /** Why the payload cannot be carried on, whatever the rules say. */
  readonly refusal: Failed | null;
}

const EMPTY = Object.freeze({});

/**
 * Before anything is sealed, and for what cannot be: with sensitive fields nothing is carried, so that none is published by mistake, and
 * nobody runs again what was left of it.
 */
export function unsealed({ payload, sensitive }: Pick<Case, 'payload' | 'sensitive'>, refusal: Failed | null = null): Carried {
  if (sensitive.length === 0 || payload.fault) return { input: carried(payload), digest: payloadDigest(payload), refusal };
  return { input: EMPTY, digest: sha256(canonical(redact(payload.value, { pointers: sensitive }).value)), refusal };
}
