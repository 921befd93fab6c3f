import { deeperThan, depthOf } from './caps.js';

const nested = (depth: number): string => '[{"a":'.repeat(depth / 2) + '0' + '}]'.repeat(depth / 2);

describe('depth', () => {
  it.each([
    ['a scalar', '1', 0],
    ['an empty object', '{}', 1],
    ['siblings', '[{},{},[]]', 2],
    ['brackets in strings', '{"a":"[[[[{{{{"}', 1],
    ['escaped quotes in strings', '{"a":"\\"[[\\\\","b":[1]}', 2],
    ['64 levels', nested(64), 64],
  ])('counts the levels of %s', (_title, text, depth) => {
    expect(depthOf(JSON.parse(text))).toBe(depth);
    expect(deeperThan(text, depth)).toBe(false);
    if (depth > 0) expect(deeperThan(text, depth - 1)).toBe(true);
  });

  it('judges 100,000 levels without running out of stack', () => {
    expect(deeperThan('['.repeat(100_000), 128)).toBe(true);
    let value: unknown = 0;
    for (let level = 0; level < 100_000; level += 1) value = [value];
    expect(depthOf(value)).toBe(100_000);
  });

  it('takes many brackets that are not nested', () => {
    expect(deeperThan(`[${'{},'.repeat(10_000)}{}]`, 2)).toBe(false);
  });
});
