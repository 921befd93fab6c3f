import { compileSchema } from './compile-schema.js';

const check = (schema: unknown, value: unknown) => {
  const compiled = compileSchema(schema);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.errors));
  return compiled.check(value);
};
const SEALED = { $sealed: 'a..b.c.d' };
const text = { type: 'string', maxLength: 20 };
const secret = { ...text, writeOnly: true };

describe('a sealed value', () => {
  it.each<[string, unknown, unknown]>([
    ['a marked field', { properties: { key: secret }, required: ['key'], additionalProperties: false }, { key: SEALED }],
    ['an item', { properties: { list: { items: { properties: { key: secret } } } } }, { list: [{ key: 'x' }, { key: SEALED }] }],
    ['a field of a definition that is referred to', { properties: { a: { $ref: '#/$defs/s' }, b: { $ref: '#/$defs/s' } }, $defs: { s: secret } }, { a: SEALED, b: 'x' }],
    ['a field that another part describes without the mark', { allOf: [{ properties: { key: text } }, { properties: { key: { writeOnly: true } } }] }, { key: SEALED }],
    ['any other member', { additionalProperties: secret, properties: { a: text } }, { a: 'x', b: SEALED }],
    ['a field that is described by a pattern too', { patternProperties: { '^k': text }, properties: { key: secret } }, { key: SEALED }],
    ['each member, where all of it is marked', { writeOnly: true, properties: { a: text } }, { a: SEALED }],
  ])('passes at %s', (_title, schema, value) => expect(check(schema, value)).toEqual([]));

  it('does not pass where nothing is marked, even beside what is', () => {
    expect(check({ properties: { key: secret, note: text } }, { note: SEALED })).toEqual([{ pointer: '/note', detail: 'must be string' }]);
    expect(check({ properties: { key: { writeOnly: true, $ref: '#/$defs/t' }, note: { $ref: '#/$defs/t' } }, $defs: { t: text } }, { note: SEALED })).toHaveLength(1);
    expect(check({ properties: { key: secret, other: text } }, { key: SEALED, other: 1 })).toEqual([{ pointer: '/other', detail: 'must be string' }]);
  });

  it.each([{ ...SEALED, more: 1 }, { $sealed: 1 }, { sealed: 'x' }, [SEALED], 'a..b.c.d.and.some.more'])('is nothing but the form of one: %j', (value) => {
    expect(check({ properties: { key: secret } }, { key: value })).toHaveLength(1);
  });
});

describe('a fault of a sensitive value in the clear', () => {
  it('says what is wrong with it', () => {
    expect(check({ properties: { key: secret } }, { key: 1 })).toEqual([{ pointer: '/key', detail: 'must be string' }]);
    expect(check({ properties: { key: { writeOnly: true, anyOf: [text, { type: 'null' }] } } }, { key: 1 })).toEqual([{ pointer: '/key', detail: 'must match a schema in anyOf' }]);
  });

  it('names nothing that stands inside of it', () => {
    const schema = { properties: { env: { writeOnly: true, additionalProperties: false, properties: { a: { items: { type: 'string' } } } } } };
    const inside = [{ pointer: '/env', detail: 'is not valid inside; what it holds is sensitive' }];
    expect(check(schema, { env: { hunter2: 1 } })).toEqual(inside);
    expect(check(schema, { env: { a: [1] } })).toEqual(inside);
  });
});
