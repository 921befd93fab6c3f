/** The parts of JSON Schema that our contracts use. */
export interface Shape {
  readonly type?: string;
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Shape[];
  readonly items?: Shape;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
}

export interface SchemaRow {
  /** Dotted path; `[]` stands for any item. */
  readonly path: string;
  /** The type in words. */
  readonly type: string;
  readonly required: boolean;
  readonly description: string;
}

const bounds = ({ minimum, maximum, maxLength, format }: Shape): string =>
  [
    format === undefined ? [] : [format],
    minimum === undefined ? [] : [`≥ ${minimum}`],
    maximum === undefined ? [] : [`≤ ${maximum}`],
    maxLength === undefined ? [] : [`at most ${maxLength} characters`],
  ]
    .flat()
    .map((bound) => `, ${bound}`)
    .join('');

const typeOf = (shape: Shape): string => {
  if (shape.enum) return shape.enum.map((word) => `\`${String(word)}\``).join(', ');
  if (shape.const !== undefined) return `\`${String(shape.const)}\``;
  if (shape.anyOf) return [...new Set(shape.anyOf.map(typeOf))].join(' or ');
  if (shape.type === 'array') return `array of ${shape.items ? typeOf(shape.items) : 'anything'}`;
  return `${shape.type ?? 'any JSON'}${bounds(shape)}`;
};

/** What stands below a member: of an object, of the items of an array, of the one alternative that is not null. */
const below = (path: string, shape: Shape): { readonly path: string; readonly shape: Shape } => {
  const only = shape.anyOf?.filter(({ type }) => type !== 'null');
  if (only?.length === 1 && only[0]) return below(path, only[0]);
  return shape.type === 'array' && shape.items ? below(`${path}[]`, shape.items) : { path, shape };
};

const describe = (shape: Shape): string => shape.description ?? shape.anyOf?.find(({ description }) => description)?.description ?? shape.items?.description ?? '';

/** One row per member of an object schema, nested ones below their parents. */
export const schemaRows = (schema: Shape, prefix = ''): readonly SchemaRow[] =>
  Object.entries(schema.properties ?? {}).flatMap(([name, shape]) => {
    const path = prefix === '' ? name : `${prefix}.${name}`;
    const inner = below(path, shape);
    return [
      { path, type: typeOf(shape), required: schema.required?.includes(name) ?? false, description: describe(shape) },
      ...schemaRows(inner.shape, inner.path),
    ];
  });
