type Json = Readonly<Record<string, unknown>>;

/** Shorter ones are better read where they stand. */
const WORTH_CHARACTERS = 300;

/**
 * Moves object schemas that stand in several places to the components, under a name made of their description, and leaves references.
 * Schemas are compared by their text: the same thing said twice is one thing.
 */
export function hoistSchemas(paths: Json): { readonly paths: Json; readonly schemas: Json } {
  const counts = new Map<string, number>();
  visit(paths, (text) => counts.set(text, (counts.get(text) ?? 0) + 1));
  const names = new Map<string, string>();
  for (const [text, count] of counts) if (count > 1) names.set(text, nameFor(text, new Set(names.values())));
  const schemas = Object.fromEntries([...names].map(([text, name]) => [name, members(JSON.parse(text) as Json, names)] as const).sort(([a], [b]) => (a < b ? -1 : 1)));
  return { paths: members(paths, names) as Json, schemas };
}

/** The text of a schema that could stand on its own. */
const textOf = (value: Json): string | undefined => {
  if (value['type'] !== 'object' || typeof value['description'] !== 'string') return undefined;
  const text = JSON.stringify(value);
  return text.length >= WORTH_CHARACTERS ? text : undefined;
};

function visit(value: unknown, found: (text: string) => void): void {
  if (typeof value !== 'object' || value === null) return;
  const text = textOf(value as Json);
  if (text !== undefined) found(text);
  for (const member of Object.values(value)) visit(member, found);
}

const replaced = (value: unknown, names: ReadonlyMap<string, string>): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  const name = names.get(textOf(value as Json) ?? '');
  return name === undefined ? members(value, names) : { $ref: `#/components/schemas/${name}` };
};

const members = (value: object, names: ReadonlyMap<string, string>): unknown =>
  Array.isArray(value)
    ? value.map((item) => replaced(item, names))
    : Object.fromEntries(Object.entries(value).map(([key, member]) => [key, replaced(member, names)]));

/** “An execution.” becomes `Execution`. */
function nameFor(text: string, taken: ReadonlySet<string>): string {
  const { description } = JSON.parse(text) as { description: string };
  const words = description.replace(/^(An?|The) /, '').split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  const name = words.slice(0, 6).map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? name : `${name}${number}`;
    if (!taken.has(candidate)) return candidate;
  }
}
