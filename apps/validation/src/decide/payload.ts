import type { FieldError } from '@toolplane/contracts/errors';
import { canonical, sha256 } from '@toolplane/security/chain';
import { payloadFault } from '@toolplane/security/schemas';
import { sealingOverhead } from '@toolplane/security/sealing';

export const MAX_PAYLOAD_BYTES = 256 * 1024;
export const MAX_PAYLOAD_DEPTH = 64;
const EMPTY = Object.freeze({});

/** A payload with its canonical text, from which its size and its digests come: it is walked once for all three. */
export interface MeasuredPayload {
  readonly value: Record<string, unknown>;
  /** RFC 8785 form of what can be carried: the payload, or an empty object where it can not. */
  readonly text: string;
  readonly tooLarge: boolean;
  /** What no schema may allow: names that reach into prototypes, numbers that JSON cannot carry. */
  readonly fault: FieldError | null;
}

export function measure(value: Record<string, unknown>): MeasuredPayload {
  const found = payloadFault(value, MAX_PAYLOAD_DEPTH);
  if (found && found.reason !== 'depth') return { value, text: '{}', tooLarge: false, fault: found };
  const text = canonical(value);
  // A character takes at most three bytes: most payloads need not be counted.
  const tooLarge = found !== null || (text.length * 3 > MAX_PAYLOAD_BYTES && isTooLarge(value, Buffer.byteLength(text)));
  return { value, text, tooLarge, fault: null };
}

/** What counts is what the caller sends, not what it becomes when parts of it are sealed. */
const isTooLarge = (value: Record<string, unknown>, bytes: number): boolean =>
  bytes > MAX_PAYLOAD_BYTES && bytes - sealingOverhead(value) > MAX_PAYLOAD_BYTES;

/** What a decision carries on: nothing of what is refused for its size, so that the refusal itself fits into a record. */
export const carried = ({ value, tooLarge, fault }: MeasuredPayload): Record<string, unknown> => (tooLarge || fault ? EMPTY : value);

/** SHA-256 over the canonical form, also of what is too large to be carried. */
export const payloadDigest = ({ text }: MeasuredPayload): string => sha256(text);
