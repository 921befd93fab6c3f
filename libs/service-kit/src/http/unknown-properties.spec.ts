import { Type } from 'typebox';
import { unknownProperties } from './unknown-properties.js';

const Inner = Type.Object({ a: Type.Optional(Type.Integer()) });

describe('unknownProperties', () => {
  it.each([
    ['nested objects', Type.Object({ inner: Inner }), { inner: { a: 1, b: 2 } }, ['/inner/b']],
    ['arrays', Type.Array(Inner), [{ a: 1 }, { b: 1 }], ['/1/b']],
    ['names that need escaping', Inner, { 'x/y~': 1 }, ['/x~1y~0']],
    ['the closest alternative', Type.Union([Type.String(), Inner, Type.Object({ b: Type.String() })]), { b: 1 }, []],
    ['no alternative', Type.Union([Inner, Type.Null()]), { c: 1 }, ['/c']],
    ['intersections', Type.Intersect([Inner, Type.Object({ b: Type.String() })]), { a: 1, b: '', c: 1 }, ['/c']],
    ['maps', Type.Record(Type.String(), Inner), { any: { a: 1, z: 1 } }, ['/any/z']],
    ['anything', Type.Unknown(), { any: 1 }, []],
    ['open objects', Type.Object({}, { additionalProperties: true }), { any: 1 }, []],
    ['inherited names', Type.Object({}), { toString: 1 }, ['/toString']],
  ])('looks into %s', (_, schema, value, expected) => {
    expect(unknownProperties(schema, value)).toEqual(expected);
  });
});
