type Schema = Readonly<Record<string, unknown>>;

/**
 * What a difference does to the set of values a schema takes. `added` and `removed` are properties that callers may use or may
 * have used; `unclear` is what no simple rule can tell; `text` is for people.
 */
export type Effect = 'tighter' | 'looser' | 'added' | 'removed' | 'unclear' | 'marked' | 'text';
export interface Difference {
  readonly pointer: string;
  readonly effect: Effect;
  readonly from?: unknown;
  readonly to?: unknown;
}

const TEXTS = new Set(['title', 'description', 'examples', 'default', '$comment', 'deprecated', 'readOnly', '$schema', '$id']);
/** How a value is protected on its way, not which values are taken. */
const MARKS = new Set(['writeOnly', 'x-sensitive']);
const LOWER_BOUNDS = new Set(['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties', 'minContains']);
const UPPER_BOUNDS = new Set(['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties', 'maxContains']);

const isSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null && !Array.isArray(value);
const escaped = (token: string): string => token.replaceAll('~', '~0').replaceAll('/', '~1');
/** Equal as JSON; the order of members does not count. */
export const same = (left: unknown, right: unknown): boolean => {
  if (Object.is(left, right)) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  if (Array.isArray(left) !== Array.isArray(right)) return false;
  const [a, b] = [left as Schema, right as Schema];
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key]));
};

/** The differences of two JSON Schemas, each with what it does to the values that are taken. */
export const compareSchemas = (before: unknown, after: unknown, at: string): Difference[] => {
  if (same(before, after)) return [];
  if (!isSchema(before) || !isSchema(after)) return [{ pointer: at, effect: effectOfWhole(before, after), from: before, to: after }];
  const keywords = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keywords].flatMap((keyword) =>
    same(before[keyword], after[keyword]) ? [] : compareKeyword(keyword, before[keyword], after[keyword], `${at}/${escaped(keyword)}`),
  );
};

/** A boolean schema on either side: `true` takes everything, `false` nothing. Absent counts as `true`. */
const effectOfWhole = (before: unknown, after: unknown): Effect => {
  if (after === false || before === undefined || before === true) return 'tighter';
  if (before === false || after === undefined || after === true) return 'looser';
  return 'unclear';
};

const compareKeyword = (keyword: string, from: unknown, to: unknown, pointer: string): Difference[] => {
  const is = (effect: Effect): Difference[] => [{ pointer, effect, from, to }];
  if (TEXTS.has(keyword)) return is('text');
  if (MARKS.has(keyword) || (keyword === 'format' && (from === 'password' || to === 'password'))) return is('marked');
  switch (keyword) {
    case 'properties':
      return compareProperties(from, to, pointer);
    case '$defs':
      return compareDefinitions(from, to, pointer);
    case 'items':
    case 'additionalProperties':
    case 'propertyNames':
    case 'unevaluatedProperties':
      return compareSchemas(from, to, pointer);
    case 'required':
      return compareSets(from, to, pointer, 'tighter');
    case 'enum':
      return from === undefined ? is('tighter') : to === undefined ? is('looser') : compareSets(from, to, pointer, 'looser');
    case 'type':
      return is(effectOfTypes(from, to));
    case 'uniqueItems':
      return is(to === true ? 'tighter' : 'looser');
    default:
      return is(effectOfBound(keyword, from, to));
  }
};

const effectOfBound = (keyword: string, from: unknown, to: unknown): Effect => {
  if (from === undefined) return 'tighter';
  if (to === undefined) return 'looser';
  if (typeof from !== 'number' || typeof to !== 'number') return 'unclear';
  if (LOWER_BOUNDS.has(keyword)) return to > from ? 'tighter' : 'looser';
  if (UPPER_BOUNDS.has(keyword)) return to < from ? 'tighter' : 'looser';
  return 'unclear';
};

const effectOfTypes = (from: unknown, to: unknown): Effect => {
  if (from === undefined) return 'tighter';
  if (to === undefined) return 'looser';
  const covers = (wide: unknown, narrow: unknown): boolean => {
    const types = [wide].flat();
    return [narrow].flat().every((type) => types.includes(type) || (type === 'integer' && types.includes('number')));
  };
  const [widens, narrows] = [covers(to, from), covers(from, to)];
  if (widens === narrows) return widens ? 'text' : 'unclear';
  return widens ? 'looser' : 'tighter';
};

/** One difference per side of two lists; `whenLonger` is what an additional item does. */
const compareSets = (from: unknown, to: unknown, pointer: string, whenLonger: 'tighter' | 'looser'): Difference[] => {
  const [before, after] = [listOf(from), listOf(to)];
  const added = after.filter((item) => !before.some((other) => same(item, other)));
  const removed = before.filter((item) => !after.some((other) => same(item, other)));
  const whenShorter = whenLonger === 'tighter' ? 'looser' : 'tighter';
  return [
    ...(added.length > 0 ? [{ pointer, effect: whenLonger, to: added }] : []),
    ...(removed.length > 0 ? [{ pointer, effect: whenShorter, from: removed } as const] : []),
  ];
};
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const mapOf = (value: unknown): Schema => (isSchema(value) ? value : {});

const compareProperties = (from: unknown, to: unknown, pointer: string): Difference[] => {
  const [before, after] = [mapOf(from), mapOf(to)];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((name): Difference[] => {
    const here = `${pointer}/${escaped(name)}`;
    if (!Object.hasOwn(before, name)) return [{ pointer: here, effect: 'added', to: after[name] }];
    if (!Object.hasOwn(after, name)) return [{ pointer: here, effect: 'removed', from: before[name] }];
    return compareSchemas(before[name], after[name], here);
  });
};

/** A definition that comes or goes changes nothing by itself: what refers to it shows as its own difference. */
const compareDefinitions = (from: unknown, to: unknown, pointer: string): Difference[] => {
  const [before, after] = [mapOf(from), mapOf(to)];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((name): Difference[] => {
    const here = `${pointer}/${escaped(name)}`;
    if (Object.hasOwn(before, name) && Object.hasOwn(after, name)) return compareSchemas(before[name], after[name], here);
    return [{ pointer: here, effect: 'text', from: before[name], to: after[name] }];
  });
};
