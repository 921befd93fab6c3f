import { parsePointer, valueAt } from './pointer.js';

export type JsonSchema = boolean | Readonly<Record<string, unknown>>;

const MAX_REFERENCES = 32;
const isSchema = (value: unknown): value is JsonSchema => typeof value === 'boolean' || (typeof value === 'object' && value !== null && !Array.isArray(value));
/** With one of these a field may be described elsewhere than in `properties`: nothing certain can be said. */
const OPEN = ['anyOf', 'oneOf', 'allOf', 'if', 'not', 'dependentSchemas', 'patternProperties', '$dynamicRef'];

/** Follows `$ref` to `#/…` within the same document; null where it leads nowhere or in a circle. */
const dereference = (schema: JsonSchema, root: JsonSchema): JsonSchema | null => {
  let current: JsonSchema = schema;
  for (let step = 0; step < MAX_REFERENCES; step += 1) {
    if (typeof current === 'boolean' || typeof current.$ref !== 'string') return current;
    const tokens = current.$ref.startsWith('#') ? parsePointer(current.$ref.slice(1)) : null;
    const target = tokens ? valueAt(root, tokens) : undefined;
    if (!isSchema(target)) return null;
    current = target;
  }
  return null;
};

/**
 * What a JSON Schema says of the value at a path: its schema, `unknown` where the schema leaves it open, or `undeclared` where an
 * object lists its properties and this is none of them. An object with `properties` counts as closed here unless it says
 * `additionalProperties: true`: a mistyped name should be found when the tool is written, not when it is called.
 */
export const schemaAt = (root: JsonSchema, path: readonly string[]): JsonSchema | 'unknown' | 'undeclared' => {
  let schema = dereference(root, root);
  for (const token of path) {
    if (schema === null || typeof schema === 'boolean') return 'unknown';
    const member = memberOf(schema, token);
    if (member === 'unknown' || member === 'undeclared') return member;
    schema = dereference(member, root);
  }
  return schema ?? 'unknown';
};

const memberOf = (schema: Readonly<Record<string, unknown>>, token: string): JsonSchema | 'unknown' | 'undeclared' => {
  const properties = schema.properties;
  if (typeof properties === 'object' && properties !== null) {
    const declared = Object.hasOwn(properties, token) ? (properties as Record<string, unknown>)[token] : undefined;
    if (isSchema(declared)) return declared;
    if (OPEN.some((keyword) => keyword in schema)) return 'unknown';
    const others = schema.additionalProperties;
    return others !== undefined && others !== false && isSchema(others) ? others : 'undeclared';
  }
  if (OPEN.some((keyword) => keyword in schema)) return 'unknown';
  if (/^\d+$/.test(token)) {
    const prefix = Array.isArray(schema.prefixItems) ? (schema.prefixItems as unknown[])[Number(token)] : undefined;
    if (isSchema(prefix)) return prefix;
    if (isSchema(schema.items)) return schema.items;
  }
  return schema.additionalProperties === false ? 'undeclared' : 'unknown';
};
