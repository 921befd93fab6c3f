import { measureOutput } from './output.js';

const nested = (depth: number): unknown => (depth === 0 ? 'x' : [nested(depth - 1)]);
const MIB = 1_048_576;

describe('the caps of an output', () => {
  it.each([
    ['nothing', null],
    ['a scalar', 'text'],
    ['numbers', Array.from({ length: 200_000 }, () => 7)],
    ['64 levels', nested(64)],
    ['a MiB of text, with its quotes', 'x'.repeat(MIB - 2)],
    ['keys of a prototype, which are only data', JSON.parse('{"__proto__":{"a":1},"constructor":1}')],
  ])('let %s through', (_what, output) => {
    expect(measureOutput(output)).toBeLessThanOrEqual(Buffer.byteLength(JSON.stringify(output)));
  });

  it.each([
    ['65 levels', nested(65)],
    ['100,000 levels', JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)],
    ['more than a MiB', 'x'.repeat(MIB)],
    ['more than a MiB once it is escaped', '\u0000'.repeat(MIB / 4)],
    ['more than a MiB in UTF-8', '\u4e00'.repeat(MIB / 2)],
    ['a list that is too long', Array.from({ length: 2_000_000 }, () => 1)],
    ['what JSON cannot carry', [Number.NaN]],
    ['a function', { f: () => 1 }],
    ['a member that is undefined', { a: undefined }],
    ['an object that is not plain', new Date()],
  ])('refuse %s', (_what, output) => {
    expect(() => measureOutput(output)).toThrow(expect.objectContaining({ code: 'PROVIDER_OUTPUT_INVALID' }));
  });
});
