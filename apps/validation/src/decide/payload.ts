import type { FieldError } from '@toolplane/contracts/errors';
import { canonical, sha256 } from '@toolplane/security/chain';
import { payloadShape, type PayloadShape } from '@toolplane/security/schemas';
import { sealingOverhead } from '@toolplane/security/sealing';

export const MAX_PAYLOAD_BYTES = 256 * 1024;
export const MAX_PAYLOAD_DEPTH = 64;
const EMPTY = Object.freeze({});

/** A payload of which is known whether it can be carried. */
export interface MeasuredPayload {
  readonly value: Record<string, unknown>;
  /** RFC 8785 form of what can be carried: the payload, or an empty object where it can not. Written when it is asked for, once. */
  readonly text: string;
  readonly tooLarge: boolean;
  /** What no schema may allow: names that reach into prototypes, numbers that JSON cannot carry. */
  readonly fault: FieldError | null;
  /** JSON Pointers of what was not sent, but filled in. */
  readonly filledIn: readonly string[];
  readonly shape: PayloadShape;
}

const NOTHING: readonly string[] = Object.freeze([]);

export const measure = (value: Record<string, unknown>): MeasuredPayload => new Measured(value, payloadShape(value, MAX_PAYLOAD_DEPTH), NOTHING);

/** An assignment's defaults, looked at once for all requests. */
export interface Defaults {
  readonly all: Readonly<Record<string, unknown>>;
  readonly entries: readonly (readonly [name: string, value: unknown, pointer: string])[];
  readonly shape: PayloadShape;
}

export const defaultsOf = (parameterDefaults: Readonly<Record<string, unknown>>): Defaults => ({
  all: parameterDefaults,
  entries: Object.entries(parameterDefaults).map(([name, value]) => [name, value, `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`]),
  shape: payloadShape(parameterDefaults, MAX_PAYLOAD_DEPTH),
});

/**
 * With what the caller left out, by name at the top level: nothing is merged into a value that was sent, null included. The very same object
 * where nothing is left out.
 */
export function withDefaults(sent: MeasuredPayload, { all, entries, shape: { fault, bytesAtMost } }: Defaults): MeasuredPayload {
  const missing = entries.filter(([name]) => !Object.hasOwn(sent.value, name));
  if (missing.length === 0) return sent;
  const shape = { fault: sent.shape.fault ?? fault, bytesAtMost: sent.shape.bytesAtMost + bytesAtMost };
  const filled = missing.length === entries.length ? all : Object.fromEntries(missing.map(([name, value]) => [name, value]));
  // Ten times as fast as a spread, and it assigns: only where no name can reach a prototype.
  const value = shape.fault ? { ...sent.value, ...filled } : Object.assign({}, sent.value, filled);
  return new Measured(value, shape, missing.map(([, , pointer]) => pointer));
}

class Measured implements MeasuredPayload {
  readonly tooLarge: boolean;
  readonly fault: FieldError | null;
  private written: string | undefined;

  constructor(
    readonly value: Record<string, unknown>,
    readonly shape: PayloadShape,
    readonly filledIn: readonly string[],
  ) {
    const { fault, bytesAtMost } = shape;
    this.fault = fault && fault.reason !== 'depth' ? fault : null;
    this.tooLarge = fault?.reason === 'depth' || (!fault && bytesAtMost > MAX_PAYLOAD_BYTES && isTooLarge(value, Buffer.byteLength(this.text)));
  }

  get text(): string {
    return (this.written ??= this.fault ? '{}' : canonical(this.value));
  }
}

/** What counts is what the caller sends, not what it becomes when parts of it are sealed. */
const isTooLarge = (value: Record<string, unknown>, bytes: number): boolean =>
  bytes > MAX_PAYLOAD_BYTES && bytes - sealingOverhead(value) > MAX_PAYLOAD_BYTES;

/** What a decision carries on: nothing of what is refused for its size, so that the refusal itself fits into a record. */
export const carried = ({ value, tooLarge, fault }: MeasuredPayload): Record<string, unknown> => (tooLarge || fault ? EMPTY : value);

/** SHA-256 over the canonical form, also of what is too large to be carried. */
export const payloadDigest = ({ text }: MeasuredPayload): string => sha256(text);
