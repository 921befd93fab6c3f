/** Schemas of a hostile tenant: what it tries, the schema, where the fault is, what it says. */
const link = (count: number, last: unknown): Record<string, unknown> => {
  const $defs: Record<string, unknown> = { [`a${count}`]: last };
  for (let i = 0; i < count; i++) $defs[`a${i}`] = { allOf: [{ $ref: `#/$defs/a${i + 1}` }, { $ref: `#/$defs/a${i + 1}` }] };
  return { $defs, $ref: '#/$defs/a0' };
};
const nested = (depth: number): unknown => (depth === 0 ? { type: 'string' } : { anyOf: [nested(depth - 1)] });

export const REFUSED: readonly (readonly [title: string, schema: unknown, pointer: string, detail: string])[] = [
  ['no object', 'string', '', 'must be an object'],
  ['an array', [], '', 'must be an object'],
  ['an unknown type', { type: 'strnig' }, '/type', 'must be one of'],
  ['another draft', { $schema: 'http://json-schema.org/draft-07/schema#' }, '/$schema', 'must be https://json-schema.org/draft/2020-12'],
  ['look-ahead in a pattern', { pattern: '(?=a)b' }, '/pattern', 'linear time'],
  ['a back-reference in a pattern', { pattern: '(a+)\\1' }, '/pattern', 'linear time'],
  ['look-behind in patternProperties', { patternProperties: { '(?<=a)b': {} } }, '/patternProperties/(?<=a)b', 'linear time'],
  ['an enormous repetition', { pattern: '^(a{900}b{900}){1}c{900}d{900}$' }, '/pattern', 'too large'],
  ['a very long pattern', { pattern: 'a'.repeat(1_001) }, '/pattern', 'longer than'],
  ['$data in a pattern', { properties: { a: { pattern: { $data: '1/b' } } } }, '/properties/a/pattern', 'must be string'],
  ['a reference to a server', { $ref: 'https://attacker.example/schema' }, '/$ref', 'only $ref to #/'],
  ['a reference to a file', { properties: { a: { $ref: 'file:///etc/passwd' } } }, '/properties/a/$ref', 'only $ref to #/'],
  ['a reference by another schema’s $id', { $ref: 'urn:toolplane:schema' }, '/$ref', 'only $ref to #/'],
  ['a reference by anchor', { $ref: '#name' }, '/$ref', 'only $ref to #/'],
  ['a reference to nothing', { $ref: '#/$defs/missing' }, '/$ref', 'leads to no schema'],
  ['a reference into the prototype', { $ref: '#/toString' }, '/$ref', 'leads to no schema'],
  ['a reference that is badly encoded', { $ref: '#/%zz' }, '/$ref', 'leads to no schema'],
  ['a reference to data that is no schema', { 'x-data': { type: 5 }, $ref: '#/x-data' }, '/$ref', 'not a schema'],
  ['a dynamic reference', { $dynamicRef: '#a' }, '/$dynamicRef', 'only $ref to #/'],
  ['a nested $id', { properties: { a: { $id: 'https://example.com/b' } } }, '/properties/a/$id', 'at the top only'],
  ['a definition that is itself', { $ref: '#' }, '', 'never end'],
  ['a definition that is itself by way of another', { $ref: '#/$defs/a', $defs: { a: { not: { $ref: '#' } } } }, '', 'never end'],
  [
    'a definition that is itself and also lies in itself',
    { properties: { a: { $ref: '#/$defs/b' } }, allOf: [{ $ref: '#/$defs/b' }], $defs: { b: { anyOf: [{ $ref: '#' }] } } },
    '',
    'never end',
  ],
  ['doubling over thirty levels', link(30, { type: 'object' }), '/$defs/a16', 'too many evaluations'],
  ['deep nesting', nested(40), '/anyOf/0'.repeat(31) + '/anyOf', 'deeper than 64'],
  ['ten thousand alternatives', { anyOf: Array.from({ length: 10_000 }, () => ({})) }, '/anyOf/2998', 'more than 3000 values'],
  ['five megabytes', { description: 'x'.repeat(5 * 1024 * 1024) }, '/description', 'larger than'],
  ['uniqueItems without a bound', { uniqueItems: true }, '/uniqueItems', 'needs maxItems of at most 100'],
  ['uniqueItems over many objects', { uniqueItems: true, maxItems: 101, items: { type: 'object' } }, '/uniqueItems', 'at most 100'],
  ['a property called __proto__', JSON.parse('{"properties":{"__proto__":{}}}'), '/properties/__proto__', 'name that is not allowed'],
  ['a property called constructor', { properties: { constructor: {} } }, '/properties/constructor', 'name that is not allowed'],
  ['unevaluatedItems beside contains', { contains: {}, unevaluatedItems: false }, '/unevaluatedItems', 'cannot stand with contains'],
  ['unevaluatedItems above contains', { allOf: [{ $ref: '#/$defs/a' }], unevaluatedItems: false, $defs: { a: { contains: {} } } }, '/unevaluatedItems', 'cannot stand with contains'],
  ['an enumeration of nothing', { enum: [] }, '/enum', 'at least one'],
  ['asynchronous code', { $async: true }, '/$async', 'is not JSON Schema'],
  ['an older keyword that would still be checked', { dependencies: { a: ['b'] } }, '/dependencies', 'older draft'],
  [
    'a sensitive field in a definition that contains itself',
    { properties: { secret: { writeOnly: true }, next: { $ref: '#' } } },
    '',
    'cannot lie inside a definition that contains itself',
  ],
];

/** Title, schema, valid values, then invalid values with the pointer of the first fault. */
export const CHECKED: readonly (readonly [string, unknown, readonly unknown[], readonly (readonly [value: unknown, pointer: string])[]])[] = [
  ['a type', { type: 'object' }, [{}, { a: 1 }], [[[], ''], ['x', '']]],
  ['a required member', { required: ['a'] }, [{ a: null }], [[{}, '/a'], [{ b: 1 }, '/a']]],
  ['a required member that every object inherits', { required: ['toString'] }, [{ toString: 1 }], [[{}, '/toString']]],
  ['a member that every object inherits', { properties: { valueOf: { type: 'string' } } }, [{}, { valueOf: 'x' }], [[{ valueOf: 1 }, '/valueOf']]],
  ['closed properties', { properties: { a: {} }, additionalProperties: false }, [{ a: 1 }], [[{ 'b/c': 1 }, '/b~1c']]],
  ['no coercion', { properties: { a: { type: 'boolean' }, n: { type: 'integer' } } }, [{ a: true, n: 1 }], [[{ a: 'false' }, '/a'], [{ n: '1' }, '/n']]],
  ['a definition', { $ref: '#/$defs/a%20b', $defs: { 'a b': { type: 'string' } } }, ['x'], [[1, '']]],
  ['a definition beside other keywords', { $ref: '#/$defs/a', minLength: 2, $defs: { a: { type: 'string' } } }, ['xy'], [['x', ''], [1, '']]],
  ['a definition that is false', { properties: { a: { $ref: '#/$defs/no' } }, $defs: { no: false } }, [{}], [[{ a: 1 }, '/a']]],
  ['a list that contains itself', { type: 'array', items: { $ref: '#' } }, [[], [[], [[]]]], [[[[], [1]], '/1/0']]],
  ['a tree', { properties: { children: { type: 'array', items: { $ref: '#' } } }, required: ['n'] }, [{ n: 1, children: [{ n: 2 }] }], [[{ n: 1, children: [{}] }, '/children/0/n']]],
  ['prefixItems', { prefixItems: [{ type: 'string' }], items: { type: 'integer' } }, [['a', 1]], [[['a', 'b'], '/1'], [[1], '/0']]],
  ['unevaluatedProperties', { allOf: [{ properties: { a: {} } }], unevaluatedProperties: false }, [{ a: 1 }], [[{ b: 1 }, '/b']]],
  ['if, then, else', { if: { required: ['a'] }, then: { required: ['b'] }, else: { required: ['c'] } }, [{ a: 1, b: 1 }, { c: 1 }], [[{ a: 1 }, '/b'], [{}, '/c']]],
  ['alternatives', { anyOf: [{ type: 'string' }, { type: 'null' }] }, ['x', null], [[1, '']]],
  ['a pattern', { pattern: '^\\p{L}[\\w-]+$' }, ['ab', 5], [['1', '']]],
  ['a pattern with long names of properties', { pattern: '^\\p{Uppercase_Letter}\\p{Script=Greek}\\\\p{Letter}$' }, ['Aα\\p{Letter}'], [['aα\\p{Letter}', '']]],
  ['a pattern of member names', { patternProperties: { '^x-': { type: 'string' } }, additionalProperties: false }, [{ 'x-a': 'b' }], [[{ 'x-a': 1 }, '/x-a'], [{ y: 1 }, '/y']]],
  ['uniqueItems', { uniqueItems: true, maxItems: 5 }, [[1, 2, { a: 1 }]], [[[{ a: 1 }, { a: 1 }], '']]],
  ['a date-time', { format: 'date-time' }, ['2026-11-20T10:00:00Z'], [['yesterday', '']]],
  ['an unknown format', { format: 'colour' }, ['anything'], []],
  ['unknown keywords and vendors’ own', { nullable: false, discriminator: { propertyName: 'x' }, 'x-anything': {}, type: 'string' }, ['x'], [[null, '']]],
  ['$schema and $id at the top', { $schema: 'https://json-schema.org/draft/2020-12/schema', $id: 'https://example.com/a', type: 'string' }, ['x'], [[1, '']]],
];

export const SENSITIVE: readonly (readonly [string, unknown, readonly string[]])[] = [
  ['nothing', { properties: { a: {} } }, []],
  ['the three marks', { properties: { a: { writeOnly: true }, b: { format: 'password' }, c: { 'x-sensitive': true } } }, ['/a', '/b', '/c']],
  ['items', { properties: { list: { items: { properties: { key: { writeOnly: true } } } } } }, ['/list/*/key']],
  ['one place of a tuple', { prefixItems: [{}, { writeOnly: true }] }, ['/1']],
  ['members of any name', { properties: { env: { additionalProperties: { writeOnly: true } } } }, ['/env/*']],
  ['members by pattern', { patternProperties: { '^x': { writeOnly: true } } }, ['/*']],
  ['names to be escaped', { properties: { 'a/b~c': { writeOnly: true } } }, ['/a~1b~0c']],
  ['by way of a definition', { properties: { auth: { $ref: '#/$defs/auth' } }, $defs: { auth: { properties: { key: { writeOnly: true } } } } }, ['/auth/key']],
  ['in an alternative', { anyOf: [{ properties: { a: { writeOnly: true } } }, { then: { properties: { b: { writeOnly: true } } } }] }, ['/a', '/b']],
  ['a whole object, nothing below it again', { properties: { a: { writeOnly: true, properties: { b: { writeOnly: true } } } } }, ['/a']],
  ['the document itself', { type: 'string', writeOnly: true }, ['']],
  ['beside a definition that contains itself', { properties: { key: { writeOnly: true }, tree: { $ref: '#/$defs/t' } }, $defs: { t: { items: { $ref: '#/$defs/t' } } } }, ['/key']],
];
