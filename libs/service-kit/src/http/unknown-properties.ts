interface ObjectSchema {
  readonly type?: unknown;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly patternProperties?: Readonly<Record<string, unknown>>;
  readonly additionalProperties?: unknown;
  readonly items?: unknown;
  readonly anyOf?: readonly unknown[];
  readonly oneOf?: readonly unknown[];
  readonly allOf?: readonly unknown[];
}

/** At most this many are named. */
const MOST = 20;

/**
 * JSON Pointers of the properties that a schema does not describe. An object schema without `properties`, or one that says
 * `additionalProperties: true` or gives a schema for them, takes any. Of alternatives the one with the fewest unknown counts.
 */
export const unknownProperties = (schema: unknown, value: unknown): readonly string[] => walk(schema as ObjectSchema, value, '').slice(0, MOST);

function walk(schema: ObjectSchema | undefined, value: unknown, at: string): readonly string[] {
  if (typeof schema !== 'object' || typeof value !== 'object' || value === null) return [];
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (alternatives) return fewest(alternatives.filter((one) => fits(one, value)).map((one) => walk(one as ObjectSchema, value, at)));
  if (schema.allOf) return walk(merged(schema), value, at);
  if (Array.isArray(value)) return value.flatMap((item, index) => walk(schema.items as ObjectSchema, item, `${at}/${index}`));
  const { properties, patternProperties, additionalProperties } = schema;
  if (!properties && !patternProperties) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const pointer = `${at}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    const known = properties && Object.hasOwn(properties, key) ? properties[key] : ofPattern(patternProperties, key);
    if (known !== undefined) return walk(known as ObjectSchema, item, pointer);
    if (additionalProperties === undefined || additionalProperties === false) return [pointer];
    return walk(additionalProperties as ObjectSchema, item, pointer);
  });
}

/** A property that all parts of an intersection together describe is known. */
const merged = ({ allOf = [], ...own }: ObjectSchema): ObjectSchema => {
  const parts = [own, ...(allOf as readonly ObjectSchema[])];
  const open = parts.some(({ additionalProperties }) => additionalProperties !== undefined && additionalProperties !== false);
  return { properties: Object.assign({}, ...parts.map(({ properties }) => properties)) as Record<string, unknown>, ...(open && { additionalProperties: true }) };
};

const ofPattern = (patterns: Readonly<Record<string, unknown>> | undefined, key: string): unknown =>
  Object.entries(patterns ?? {}).find(([pattern]) => new RegExp(pattern, 'u').test(key))?.[1];

/** Whether an alternative is of the value's kind at all: `string | object` says nothing about an object by its string. */
const fits = (schema: unknown, value: object): boolean => {
  const { type } = schema as ObjectSchema;
  return type === undefined || type === (Array.isArray(value) ? 'array' : 'object');
};

const fewest = (found: readonly (readonly string[])[]): readonly string[] =>
  found.reduce<readonly string[] | null>((best, one) => (best === null || one.length < best.length ? one : best), null) ?? [];
