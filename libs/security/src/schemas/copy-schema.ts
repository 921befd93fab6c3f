import { SCHEMA_CAPS, pointerTo } from './caps.js';
import { FORMATS } from './formats.js';
import { LinearPattern } from './linear-pattern.js';
import { SchemaFault, type Edge, type Part } from './part.js';

type Json = Record<string, unknown>;
type Copier = (copy: Copy, part: Part, value: unknown, pointer: string, source: Json) => unknown;

const plain: Copier = (_copy, part, value) => {
  part.cost += countValues(value);
  return value;
};
const one =
  (reach: Edge['reach'], segment: string | null): Copier =>
  (copy, part, value, pointer) =>
    copy.sub(part, reach, segment, value, pointer);
const list =
  (reach: Edge['reach'], segmentOf: (index: number) => string | null): Copier =>
  (copy, part, value, pointer) =>
    (value as unknown[]).map((each, index) => copy.sub(part, reach, segmentOf(index), each, pointerTo(pointer, index)));
const map =
  (reach: Edge['reach'], segmentOf: (name: string) => string | null): Copier =>
  (copy, part, value, pointer) =>
    Object.fromEntries(
      Object.entries(value as Json).map(([name, each]) => [name, copy.sub(part, reach, segmentOf(name), each, pointerTo(pointer, name))]),
    );
const refused =
  (detail: string): Copier =>
  (_copy, _part, _value, pointer) => {
    throw new SchemaFault(pointer, detail);
  };

const SCALARS = new Set(['string', 'number', 'integer', 'boolean', 'null']);
const typesOf = (schema: unknown): readonly unknown[] => [(schema as { type?: unknown } | undefined)?.type ?? []].flat();

/** Scalars are compared by a table, anything else pair by pair: both need a bound on how many there can be. */
const uniqueItems: Copier = (_copy, part, value, pointer, source) => {
  if (value !== true) return value;
  const types = typesOf(source['items']);
  const scalars = types.length > 0 && types.every((type) => SCALARS.has(type as string));
  const most = scalars ? SCHEMA_CAPS.uniqueScalars : SCHEMA_CAPS.uniqueItems;
  const maxItems = source['maxItems'];
  if (typeof maxItems !== 'number' || maxItems > most) throw new SchemaFault(pointer, `needs maxItems of at most ${most} beside it`);
  part.cost += scalars ? maxItems : (maxItems * maxItems) / 2;
  return value;
};

const patternProperties: Copier = (copy, part, value, pointer) => {
  for (const source of Object.keys(value as Json)) copy.pattern(source, pointerTo(pointer, source));
  return map('often', () => '*')(copy, part, value, pointer, {});
};

const unevaluated: Copier = (copy, part, value, pointer, source) => {
  copy.unevaluated = true;
  return one('often', '*')(copy, part, value, pointer, source);
};

const onlyLocal = 'only $ref to #/… of the same document is allowed';
/** Every keyword that reaches Ajv. What is not named here is an annotation: it is not copied, so that nothing of Ajv's own wakes up. */
const KEYWORDS: Readonly<Record<string, Copier>> = {
  ...Object.fromEntries(
    [
      'type', 'const', 'multipleOf', 'maximum', 'exclusiveMaximum', 'minimum', 'exclusiveMinimum', 'maxLength', 'minLength',
      'maxItems', 'minItems', 'maxContains', 'minContains', 'maxProperties', 'minProperties', 'required', 'dependentRequired',
    ].map((name) => [name, plain]),
  ),
  enum: (copy, part, value, pointer, source) => {
    if ((value as unknown[]).length === 0) throw new SchemaFault(pointer, 'must name at least one value');
    return plain(copy, part, value, pointer, source);
  },
  pattern: (copy, _part, value, pointer) => copy.pattern(value as string, pointer),
  format: (_copy, _part, value) => (Object.hasOwn(FORMATS, value as string) ? value : undefined),
  uniqueItems,
  allOf: list('here', () => null),
  anyOf: list('here', () => null),
  oneOf: list('here', () => null),
  not: one('here', null),
  if: one('here', null),
  then: one('here', null),
  else: one('here', null),
  dependentSchemas: map('here', () => null),
  properties: map('once', (name) => name),
  prefixItems: list('once', String),
  items: one('often', '*'),
  contains: one('often', '*'),
  additionalProperties: one('often', '*'),
  unevaluatedItems: unevaluated,
  unevaluatedProperties: unevaluated,
  patternProperties,
  propertyNames: one('often', null),
  $ref: (copy, part, value, pointer) => copy.reference(part, value as string, pointer),
  $dynamicRef: refused(onlyLocal),
  $recursiveRef: refused(onlyLocal),
  $anchor: refused(onlyLocal),
  $dynamicAnchor: refused(onlyLocal),
  $async: refused('is not JSON Schema'),
  dependencies: refused('is of an older draft; write dependentRequired or dependentSchemas'),
};

/**
 * Copies a tenant's schema, keyword by keyword, into one that is safe to compile: only known keywords, every `$ref` moved to a name of
 * ours, patterns proven to compile on the linear engine. The document must have passed its caps and the metaschema.
 */
export class Copy {
  readonly root: Part;
  readonly parts: Part[] = [];
  readonly patterns = new Map<string, LinearPattern>();
  /** Whether a member is named that every object inherits: then each one is asked whether it is its own. */
  inherited = false;
  /** Whether any part looks at what others have seen. */
  unevaluated = false;
  readonly #definitions: Json = {};
  readonly #targets = new Map<unknown, { readonly name: string; readonly part: Part }>();
  #patternSize = 0;

  /** @param conforms whether a value is a schema by the metaschema: a `$ref` may lead to where the metaschema has not looked. */
  constructor(
    private readonly document: Json,
    private readonly conforms: (value: unknown) => boolean,
  ) {
    this.root = this.#part('');
    this.#targets.set(document, { name: '#', part: this.root });
    this.#fill(this.root, document);
    if (Object.keys(this.#definitions).length > 0) this.root.schema['$defs'] = this.#definitions;
  }

  sub(parent: Part, reach: Edge['reach'], segment: string | null, value: unknown, pointer: string): unknown {
    if (typeof value === 'boolean') return value;
    const part = this.#part(pointer);
    parent.edges.push({ reach, segment, part });
    this.#fill(part, value as Json);
    return part.schema;
  }

  reference(parent: Part, reference: string, pointer: string): string {
    if (reference !== '#' && !reference.startsWith('#/')) throw new SchemaFault(pointer, onlyLocal);
    const value = resolve(this.document, reference, pointer);
    let target = this.#targets.get(value);
    if (!target) {
      if (!this.conforms(value)) throw new SchemaFault(pointer, 'leads to something that is not a schema');
      const name = `d${this.#targets.size}`;
      target = { name: `#/$defs/${name}`, part: this.#part(reference.slice(1)) };
      this.#targets.set(value, target);
      this.#definitions[name] = target.part.schema;
      this.#fill(target.part, value);
    }
    parent.edges.push({ reach: 'here', segment: null, part: target.part });
    return target.name;
  }

  pattern(source: string, pointer: string): string {
    if (this.patterns.has(source)) return source;
    if (source.length > SCHEMA_CAPS.patternLength) throw new SchemaFault(pointer, `is longer than ${SCHEMA_CAPS.patternLength} characters`);
    let pattern: LinearPattern;
    try {
      pattern = new LinearPattern(source);
    } catch {
      throw new SchemaFault(pointer, 'is not a pattern that can be matched in linear time (RE2 syntax: no look-around, no back-references)');
    }
    this.#patternSize += pattern.size;
    if (pattern.size > SCHEMA_CAPS.patternSize || this.#patternSize > SCHEMA_CAPS.patternSizeTotal) {
      throw new SchemaFault(pointer, 'is too large, alone or with the other patterns of this schema; repeat less');
    }
    this.patterns.set(source, pattern);
    return source;
  }

  #part(pointer: string): Part {
    const part: Part = { pointer, schema: {}, edges: [], cost: 1, sensitive: false, counted: false };
    this.parts.push(part);
    return part;
  }

  #fill(part: Part, source: Json): void {
    part.sensitive = source['writeOnly'] === true || source['format'] === 'password' || source['x-sensitive'] === true;
    for (const [keyword, value] of Object.entries(source)) {
      this.inherited ||= membersNamed(keyword, value).some((name) => name in Object.prototype);
      const copier = Object.hasOwn(KEYWORDS, keyword) ? KEYWORDS[keyword] : undefined;
      const copied = copier?.(this, part, value, pointerTo(part.pointer, keyword), source);
      if (copied !== undefined) part.schema[keyword] = copied;
      if (keyword === '$id' && part !== this.root) throw new SchemaFault(pointerTo(part.pointer, keyword), 'is allowed at the top only');
    }
  }
}

/** Names of members that a keyword looks for in the value. The metaschema has seen that they are what they should be. */
function membersNamed(keyword: string, value: unknown): readonly string[] {
  switch (keyword) {
    case 'properties':
    case 'dependentSchemas':
      return Object.keys(value as Json);
    case 'required':
      return value as readonly string[];
    case 'dependentRequired':
      return Object.entries(value as Record<string, readonly string[]>).flat(2);
    default:
      return NO_NAMES;
  }
}
const NO_NAMES: readonly string[] = Object.freeze([]);

/** Follows a JSON Pointer in a URI fragment (RFC 6901, section 6) to a subschema that is an object. */
function resolve(document: Json, reference: string, pointer: string): Json {
  let at: unknown = document;
  try {
    for (const raw of decodeURIComponent(reference).slice(1).split('/').slice(1)) {
      const segment = raw.replaceAll('~1', '/').replaceAll('~0', '~');
      at = typeof at === 'object' && at !== null && Object.hasOwn(at, segment) ? (at as Json)[segment] : undefined;
    }
  } catch {
    at = undefined;
  }
  if (at === true) return TRUE;
  if (at === false) return FALSE;
  if (typeof at !== 'object' || at === null || Array.isArray(at)) throw new SchemaFault(pointer, 'leads to no schema of this document');
  return at as Json;
}
const TRUE: Json = {};
const FALSE: Json = { not: {} };

const countValues = (value: unknown): number =>
  typeof value !== 'object' || value === null ? 1 : Object.values(value).reduce((sum: number, each) => sum + countValues(each), 1);
