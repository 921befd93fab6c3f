import { Type } from 'typebox';
import { schemaRows, type Shape } from './schema-rows.js';

it('rows of a schema name nested members, items and the one alternative that is not null', () => {
  const schema = Type.Object({
    id: Type.String({ format: 'uuid', description: 'The id.' }),
    kind: Type.Enum(['a', 'b']),
    by: Type.Union([Type.Object({ name: Type.String({ maxLength: 9 }) }), Type.Null()], { description: 'Who.' }),
    items: Type.Optional(Type.Array(Type.Object({ n: Type.Integer({ minimum: 0, maximum: 5 }) }))),
    fixed: Type.Literal('x'),
    any: Type.Unknown(),
  });
  expect(schemaRows(schema as Shape).map(({ path, type, required, description }) => [path, type, required, description])).toEqual([
    ['id', 'string, uuid', true, 'The id.'],
    ['kind', '`a`, `b`', true, ''],
    ['by', 'object or null', true, 'Who.'],
    ['by.name', 'string, at most 9 characters', true, ''],
    ['items', 'array of object', false, ''],
    ['items[].n', 'integer, ≥ 0, ≤ 5', true, ''],
    ['fixed', '`x`', true, ''],
    ['any', 'any JSON', true, ''],
  ]);
});
