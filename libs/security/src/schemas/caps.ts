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

/** Why a value is refused before any schema looks at it. */
export interface ShapeFault extends FieldError {
  readonly reason: 'depth' | 'size' | 'name' | 'number';
}

const UNBOUNDED = { bytes: Infinity, nodes: Infinity };

/** What is wrong with a payload whatever its schema says: depth, names that reach into prototypes, numbers that JSON cannot carry. */
export const payloadFault = (value: unknown, depth: number): ShapeFault | null => shapeFault(value, { ...UNBOUNDED, depth });

/** Walks a JSON value under its own caps; answers the first fault, or null. Never recurses deeper than `caps.depth`. */
export function shapeFault(value: unknown, caps: ShapeCaps): ShapeFault | null {
  const found = new Walk(caps).visit(value, 1);
  if (!found) return null;
  const pointer = found.path.reduceRight<string>(pointerTo, '');
  return { ...fault(pointer, found.detail), reason: found.reason };
}

interface Found {
  readonly reason: ShapeFault['reason'];
  readonly detail: string;
  /** From the fault upwards: paths are written down only where there is a fault. */
  readonly path: (string | number)[];
}

class Walk {
  private bytes = 0;
  private nodes = 0;

  constructor(private readonly caps: ShapeCaps) {}

  visit(value: unknown, depth: number): Found | null {
    const { caps } = this;
    if (++this.nodes > caps.nodes) return this.found('size', `the document has more than ${caps.nodes} values`);
    this.bytes += typeof value === 'string' ? value.length + 2 : 4;
    if (this.bytes > caps.bytes) return this.found('size', `the document is larger than ${caps.bytes} bytes`);
    if (typeof value === 'number') return Number.isFinite(value) ? null : this.found('number', 'is not a number that JSON can carry');
    if (typeof value !== 'object' || value === null) return null;
    if (depth > caps.depth) return this.found('depth', `lies deeper than ${caps.depth} levels`);
    return Array.isArray(value) ? this.items(value, depth) : this.members(value as Record<string, unknown>, depth);
  }

  private items(items: readonly unknown[], depth: number): Found | null {
    for (let i = 0; i < items.length; i++) {
      const found = this.visit(items[i], depth + 1);
      if (found) return below(found, i);
    }
    return null;
  }

  private members(members: Record<string, unknown>, depth: number): Found | null {
    for (const key of Object.keys(members)) {
      this.bytes += key.length + 3;
      const found = FORBIDDEN_KEYS.has(key) ? this.found('name', 'is a name that is not allowed') : this.visit(members[key], depth + 1);
      if (found) return below(found, key);
    }
    return null;
  }

  private found(reason: Found['reason'], detail: string): Found {
    return { reason, detail, path: [] };
  }
}

const below = (found: Found, segment: string | number): Found => {
  found.path.push(segment);
  return found;
};
