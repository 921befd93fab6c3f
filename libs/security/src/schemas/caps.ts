import type { FieldError } from '@toolplane/contracts/errors';

/** What a tenant's schema may cost. Schemas are untrusted: every one of these is checked before anything is compiled. */
export const SCHEMA_CAPS = {
  bytes: 128 * 1024,
  /** Levels of JSON, so about half as many levels of nested schemas. */
  depth: 64,
  /** JSON values in the document, members of `enum` and `const` included. */
  nodes: 3_000,
  /** Evaluations one application of a schema may lead to without looking at another item of the instance. */
  evaluations: 50_000,
  patternLength: 1_000,
  /** Instructions of one pattern's program, and of all patterns of a schema together. */
  patternSize: 3_000,
  patternSizeTotal: 10_000,
  /** `maxItems` beside `uniqueItems`, for items that are scalars by their `type`, and for any others. */
  uniqueScalars: 10_000,
  uniqueItems: 100,
  sensitivePointers: 100,
} as const;

/** Names that reach into an object's prototype in careless code; refused in schemas and payloads alike. */
export const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

const MAX_TEXT = 200;
/** Caps what a fault says: schemas and payloads are the sender's, and a fault travels in events and answers. */
export const cap = (text: string): string => (text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}…`);
export const fault = (pointer: string, detail: string): FieldError => ({ pointer: cap(pointer), detail: cap(detail) });
export const pointerTo = (pointer: string, segment: string | number): string =>
  `${pointer}/${typeof segment === 'number' ? segment : segment.replaceAll('~', '~0').replaceAll('/', '~1')}`;

export interface ShapeCaps {
  readonly bytes: number;
  readonly depth: number;
  readonly nodes: number;
}

/** Walks a JSON value with its own caps; answers the first fault, or null. Never recurses deeper than `caps.depth`. */
export function shapeFault(value: unknown, caps: ShapeCaps): FieldError | null {
  let bytes = 0;
  let nodes = 0;
  const visit = (at: unknown, pointer: string, depth: number): FieldError | null => {
    if (depth > caps.depth) return fault(pointer, `lies deeper than ${caps.depth} levels`);
    if (++nodes > caps.nodes) return fault(pointer, `the document has more than ${caps.nodes} values`);
    bytes += typeof at === 'string' ? at.length + 2 : 4;
    if (bytes > caps.bytes) return fault(pointer, `the document is larger than ${caps.bytes} bytes`);
    if (typeof at !== 'object' || at === null) {
      return typeof at === 'number' && !Number.isFinite(at) ? fault(pointer, 'is not a number that JSON can carry') : null;
    }
    if (Array.isArray(at)) {
      for (let index = 0; index < at.length; index++) {
        const found = visit(at[index], pointerTo(pointer, index), depth + 1);
        if (found) return found;
      }
      return null;
    }
    for (const [key, member] of Object.entries(at)) {
      bytes += key.length + 3;
      if (FORBIDDEN_KEYS.has(key)) return fault(pointerTo(pointer, key), 'is a name that is not allowed');
      const found = visit(member, pointerTo(pointer, key), depth + 1);
      if (found) return found;
    }
    return null;
  };
  return visit(value, '', 1);
}
