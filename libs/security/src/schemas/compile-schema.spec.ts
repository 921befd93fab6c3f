import fc from 'fast-check';
import { compileSchema, type CompiledSchema } from './compile-schema.js';
import { CHECKED, REFUSED, SENSITIVE } from './compile-schema.cases.js';
import { FORMATS } from './formats.js';

const compiled = (schema: unknown): CompiledSchema => {
  const result = compileSchema(schema);
  if (!result.ok) throw new Error(JSON.stringify(result.errors));
  return result;
};
const within = (ms: number, work: () => unknown): void => {
  const start = performance.now();
  work();
  expect(performance.now() - start).toBeLessThan(ms);
};

describe('a tenant’s schema', () => {
  it.each(REFUSED)('is refused with %s', (_title, schema, pointer, detail) => {
    const result = compileSchema(schema);
    expect(result).toEqual({ ok: false, errors: [{ pointer: expect.stringContaining(pointer.slice(0, 200)), detail: expect.stringContaining(detail) }] });
  });

  it.each(CHECKED)('checks %s', (_title, schema, valid, invalid) => {
    const { check } = compiled(schema);
    for (const value of valid) expect(check(value)).toEqual([]);
    for (const [value, pointer] of invalid) expect(check(value)).toEqual([{ pointer, detail: expect.any(String) }]);
  });

  it.each(SENSITIVE)('names its sensitive fields: %s', (_title, schema, pointers) => {
    expect(compiled(schema).sensitive).toEqual(pointers);
  });

  it('changes neither the value nor the schema', () => {
    const schema = { properties: { a: { default: 1 }, b: { type: 'object', properties: { c: { default: [] } } } } };
    const value = Object.freeze({ b: Object.freeze({}) });
    const before = JSON.stringify(schema);
    expect(compiled(schema).check(value)).toEqual([]);
    expect(JSON.stringify(schema)).toBe(before);
  });

  it('says nothing of the value, and not much at all', () => {
    const { check } = compiled({ additionalProperties: { enum: ['x'.repeat(5_000)] } });
    const [error] = check({ ['k'.repeat(5_000)]: 'canary-secret' });
    expect(error?.pointer.length).toBeLessThanOrEqual(201);
    expect(error?.detail.length).toBeLessThanOrEqual(201);
    expect(JSON.stringify(error)).not.toContain('canary');
  });

  it('reports the first fault alone', () => {
    expect(compiled({ additionalProperties: { type: 'string' } }).check({ a: 1, b: 2, c: 3 })).toHaveLength(1);
  });

  it('is independent of every other one, whatever they are called', () => {
    const id = 'https://example.com/same';
    const one = compiled({ $id: id, type: 'string' });
    const two = compiled({ $id: id, type: 'number' });
    expect([one.check('x'), two.check(1)]).toEqual([[], []]);
    expect(one.check(1)).toHaveLength(1);
  });

  it('answers, and only in its own terms, whatever document it is given', () => {
    const keyword = fc.constantFrom('type', 'properties', 'items', '$ref', 'allOf', 'not', 'pattern', 'enum', 'uniqueItems', '$defs', 'required');
    const { document } = fc.letrec((tie) => ({
      document: fc.oneof({ maxDepth: 4 }, fc.constantFrom('string', '#', '#/$defs/a', '(', true, 3), fc.array(tie('document'), { maxLength: 3 }), fc.dictionary(keyword, tie('document'))),
    }));
    fc.assert(
      fc.property(fc.dictionary(keyword, document), fc.jsonValue(), (schema, value) => {
        const result = compileSchema(schema);
        if (result.ok) expect(result.check(value).length).toBeLessThanOrEqual(1);
        else expect(result.errors).toHaveLength(1);
      }),
      { numRuns: 500 },
    );
  });
});

describe('the time of a check', () => {
  const deep = (levels: number): unknown => (levels === 0 ? {} : { a: deep(levels - 1) });

  it('is bounded where a definition branches into itself at every level', () => {
    const branching = { $ref: '#/$defs/n', $defs: { n: { anyOf: [{ properties: { a: { $ref: '#/$defs/n' } } }, { not: { properties: { a: { $ref: '#/$defs/n' } } } }], properties: { a: { $ref: '#/$defs/n' } } } } };
    const { check } = compiled(branching);
    within(2_000, () => expect(check(deep(60))).toEqual([{ pointer: '', detail: expect.stringContaining('too many steps') }]));
    expect(check(deep(3))).toEqual([]);
  });

  it('is bounded where many alternatives meet many items', () => {
    const { check } = compiled({ items: { allOf: Array.from({ length: 900 }, () => ({ minimum: 0 })) } });
    within(2_000, () => expect(check(Array.from({ length: 100_000 }, () => 1))).toHaveLength(1));
  });

  it('is bounded where a pattern needs many states', () => {
    const { check } = compiled({ pattern: '^[ab]*a[ab]{300}[0-9]$' });
    const text = Array.from({ length: 250_000 }, (_, i) => ((i * 7919) % 13 < 6 ? 'a' : 'b')).join('');
    within(2_000, () => expect(check(text)).toHaveLength(1));
    within(2_000, () => expect(check(text.slice(0, 10_000))).toHaveLength(1));
  });

  it('does not explode on a pattern that kills a backtracking engine', () => {
    within(1_000, () => expect(compiled({ pattern: '^(a+)+$' }).check(`${'a'.repeat(50_000)}!`)).toHaveLength(1));
  });

  it('leaves room for the largest payload under an ordinary schema', () => {
    expect(compiled({ type: 'array', items: { type: 'integer', minimum: 0 } }).check(Array.from({ length: 125_000 }, () => 1))).toEqual([]);
    expect(compiled({ type: 'string', pattern: '^[a-z]+$' }).check('a'.repeat(256 * 1024))).toEqual([]);
  });

  it.each(Object.keys(FORMATS))('grows with the text alone under format %s', (format) => {
    const { check } = compiled({ format });
    for (const text of ['a', '1', '.', '-', 'a.', 'a:', '%41', '/', '::', '{a}', 'T', '1:', 'A=', '~0', '\n'])
      for (const [head, tail] of [['', '!'], ['a@', '!'], ['http://', ' '], ['P', 'x'], ['/', '~']]) {
        within(500, () => check(`${head}${text.repeat(Math.ceil(200_000 / text.length))}${tail}`));
      }
  });
});
