type Json = Readonly<Record<string, unknown>>;
interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Json[];
  readonly oneOf?: readonly Json[];
  readonly allOf?: readonly Json[];
  readonly default?: unknown;
  readonly format?: string;
}

/** Texts that most patterns take one of. */
const TEXTS = ['sample', 'sample-1', '1.0.0', '/sample', '#000000', 'https://sample.example.com/', '0'.repeat(64), 'UTC', 'a', '1'];
const FORMATS: Readonly<Record<string, string>> = {
  uuid: '0910f337-bcfe-7d40-bebe-04bd023aed9b',
  'date-time': '2030-01-01T00:00:00Z',
  date: '2030-01-01',
  uri: 'https://sample.example.com/',
  email: 'sample@example.com',
};

/** The smallest value that a schema of ours takes: what is required, and nothing else. @param root holds what `$ref` leads to */
export function sampleOf(schema: Json, root: Json): unknown {
  const { $ref, type, enum: values, const: only, anyOf, oneOf, allOf, default: fallback, format } = schema as Schema;
  if ($ref !== undefined) return sampleOf(at(root, $ref), root);
  if (only !== undefined) return only;
  if (values) return values[0];
  if (fallback !== undefined) return fallback;
  const [alternative] = anyOf ?? oneOf ?? [];
  if (alternative) return sampleOf(alternative, root);
  if (allOf) return Object.assign({}, ...allOf.map((part) => sampleOf(part, root))) as Json;
  switch ([type].flat()[0]) {
    case 'object':
      return objectOf(schema, root);
    case 'array':
      return Array.from({ length: Number(schema['minItems'] ?? 0) }, () => sampleOf((schema['items'] as Json | undefined) ?? {}, root));
    case 'integer':
    case 'number':
      return Number(schema['minimum'] ?? 1);
    case 'boolean':
      return true;
    case 'null':
      return null;
    case 'string':
      return FORMATS[format ?? ''] ?? textOf(schema);
    default:
      return {};
  }
}

function objectOf({ properties = {}, required = [], minProperties = 0 }: Json, root: Json): Json {
  const known = properties as Readonly<Record<string, Json>>;
  const needed = required as readonly string[];
  const more = Object.keys(known).filter((name) => !needed.includes(name)).slice(0, Math.max(0, Number(minProperties) - needed.length));
  return Object.fromEntries([...needed, ...more].map((name) => [name, sampleOf(known[name] ?? {}, root)]));
}

function textOf({ pattern, minLength = 0 }: Json): string {
  const long = TEXTS.map((text) => text.padEnd(Number(minLength), 'a'));
  return long.find((text) => pattern === undefined || new RegExp(String(pattern), 'u').test(text)) ?? 'sample';
}

const at = (root: Json, reference: string): Json =>
  reference
    .slice('#/'.length)
    .split('/')
    .reduce<unknown>((value, token) => (value as Json)[token.replaceAll('~1', '/').replaceAll('~0', '~')], root) as Json;
