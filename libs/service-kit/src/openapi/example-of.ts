interface Schema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly minimum?: number;
  readonly minItems?: number;
  readonly minProperties?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

const FORMATS: Readonly<Record<string, string>> = { uuid: '0197a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b', 'date-time': '2026-11-20T12:00:00.000Z', uri: 'https://api.example.com/' };
/** Texts that most patterns take one of. */
const TEXTS = [
  'example', 'example-1', '1.0.0', '/example', '#6366f1', 'https://api.example.com', 'https://api.example.com/', '4bf92f3577b34da6a3ce929d0e0e4736', '0'.repeat(64),
  '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo', 'A', '1',
];

/** A small value that a schema of ours takes: what is required, and of alternatives the first. What the schema itself gives as an example goes before. */
export function exampleOf(schema: Schema): unknown {
  const { examples, const: only, enum: values, default: fallback, anyOf, oneOf, allOf } = schema;
  if (examples && examples.length > 0) return examples[0];
  if (only !== undefined) return only;
  if (values) return values[0];
  if (fallback !== undefined) return fallback;
  const [alternative] = anyOf ?? oneOf ?? [];
  if (alternative) return exampleOf(alternative);
  if (allOf) return Object.assign({}, ...allOf.map(exampleOf)) as unknown;
  return ofType(schema);
}

function ofType(schema: Schema): unknown {
  switch ([schema.type].flat()[0]) {
    case 'object':
      return objectOf(schema);
    case 'array':
      return schema.items ? Array.from({ length: Math.max(schema.minItems ?? 0, 1) }, () => exampleOf(schema.items as Schema)) : [];
    case 'string':
      return textOf(schema);
    case 'integer':
    case 'number':
      return Math.max(schema.minimum ?? 1, 1);
    case 'boolean':
      return true;
    case 'null':
      return null;
    default:
      return {};
  }
}

function objectOf({ properties = {}, required = [], minProperties = 0 }: Schema): Record<string, unknown> {
  const more = Object.keys(properties).filter((name) => !required.includes(name)).slice(0, Math.max(0, minProperties - required.length));
  return Object.fromEntries([...required, ...more].map((name) => [name, exampleOf(properties[name] ?? {})]));
}

function textOf({ format, pattern, minLength = 0 }: Schema): string {
  const formatted = FORMATS[format ?? ''];
  if (formatted !== undefined) return formatted;
  const texts = TEXTS.map((text) => text.padEnd(minLength, 'a'));
  return texts.find((text) => pattern === undefined || new RegExp(pattern, 'u').test(text)) ?? 'example';
}
