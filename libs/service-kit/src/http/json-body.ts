import { isUtf8 } from 'node:buffer';
import { deeperThan, MAX_BODY_BYTES, MAX_DEPTH } from '@toolplane/contracts/envelope';
import { ToolplaneError } from '@toolplane/contracts/errors';

/** Services wrap what the public sent (`{executionId, check, request: {payload}}`), so that between them there is room for more. */
export const MAX_INTERNAL_BODY_BYTES = MAX_BODY_BYTES + 65_536;
/** A payload of the deepest kind, in the object that carries it. */
const PUBLIC_DEPTH = MAX_DEPTH + 1;
const INTERNAL_DEPTH = MAX_DEPTH + 8;

/** Names that make a copying program change the prototype of all objects. */
const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);
/** What a text must contain to hold such a name (in clear or escaped) or a number beyond what JSON numbers can be here. */
const WORTH_A_WALK = /proto|constructor|\\u|[eE]\+?\d{3}|\d{300}/;

const malformed = (message: string): ToolplaneError => new ToolplaneError('REQUEST_MALFORMED', { message });

/**
 * Reads a request body. Size and depth are judged on the bytes, before anything is parsed.
 * @throws ToolplaneError REQUEST_TOO_LARGE or REQUEST_MALFORMED
 */
export function readJsonBody(bytes: Buffer, { internal = false }: { readonly internal?: boolean } = {}): unknown {
  withinLimit(bytes, internal ? MAX_INTERNAL_BODY_BYTES : MAX_BODY_BYTES);
  if (bytes.length === 0) return undefined;
  if (!isUtf8(bytes)) throw malformed('the body is not UTF-8');
  const text = bytes.toString('utf8');
  const depth = internal ? INTERNAL_DEPTH : PUBLIC_DEPTH;
  if (deeperThan(text, depth)) throw malformed(`the body nests deeper than ${depth} levels`);
  const value = parse(text);
  if (WORTH_A_WALK.test(text)) refuseTraps(value);
  return value;
}

/** @throws ToolplaneError REQUEST_TOO_LARGE */
export function withinLimit(bytes: Buffer, limit: number = MAX_BODY_BYTES): Buffer {
  if (bytes.length > limit) throw new ToolplaneError('REQUEST_TOO_LARGE');
  return bytes;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw malformed('the body is not JSON');
  }
}

/** Recursion is safe: the depth is bounded. */
function refuseTraps(value: unknown): void {
  if (typeof value === 'number' && !Number.isFinite(value)) throw malformed('a number is too large');
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    value.forEach(refuseTraps);
    return;
  }
  for (const [key, item] of Object.entries(value)) {
    if (FORBIDDEN_KEYS.has(key)) throw malformed(`the property name ${key} is not allowed`);
    refuseTraps(item);
  }
}
