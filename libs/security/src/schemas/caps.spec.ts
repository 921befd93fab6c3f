import { payloadFault, shapeFault } from './caps.js';

const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)]);

describe('the shape of a value', () => {
  it.each<[string, unknown, string, string]>([
    ['a name that reaches into prototypes', JSON.parse('{"a":{"__proto__":{"x":1}}}'), '/a/__proto__', 'name'],
    ['another such name', [{ constructor: 1 }], '/0/constructor', 'name'],
    ['a number beyond doubles', JSON.parse('{"a":[0,1e400]}'), '/a/1', 'number'],
    ['a level too many', nested(65), '/0'.repeat(64), 'depth'],
  ])('is refused for %s', (_title, value, pointer, reason) => {
    expect(payloadFault(value, 64)).toEqual({ pointer, reason, detail: expect.any(String) });
  });

  it.each([[{ a: [1, 'x', null, true, { b: {} }] }], ['text'], [{ hasOwnProperty: 1, toString: 2 }], [nested(64)]])('takes %.60j', (value) => {
    expect(payloadFault(value, 64)).toBeNull();
  });

  it('is bounded in bytes and values', () => {
    const caps = { bytes: 100, depth: 5, nodes: 10 };
    expect(shapeFault('x'.repeat(99), caps)?.reason).toBe('size');
    expect(shapeFault({ ['x'.repeat(99)]: 1 }, caps)?.reason).toBe('size');
    expect(shapeFault(Array.from({ length: 10 }, () => 1), caps)?.reason).toBe('size');
    expect(shapeFault([1, 2, 3], caps)).toBeNull();
  });
});
