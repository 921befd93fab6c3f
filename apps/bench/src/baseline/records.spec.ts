import { bareEvent, cut } from './records.js';

const sizes = { requested: 700, decided: 2_000, dispatched: 1_000, reported: 900, completed: 1_500, recorded: 1_200 };

describe('the records of the baseline', () => {
  it('are as large as the product’s', () => {
    expect(bareEvent('decided', 'a', { text: 'x' }, sizes).value).toHaveLength(2_000);
    expect(String(bareEvent('requested', 'a', { text: 'x'.repeat(900) }, sizes).value).length).toBeGreaterThan(900);
  });

  it('are cut into pieces that the broker takes', () => {
    const messages = Array.from({ length: 1_000 }, (_, i) => bareEvent('decided', String(i), {}, sizes));
    const pieces = cut(messages);
    expect(pieces.flat()).toEqual(messages);
    expect(Math.max(...pieces.map((piece) => piece.reduce((sum, { value }) => sum + (value?.length ?? 0), 0)))).toBeLessThan(900_001);
    expect(cut([])).toEqual([]);
  });
});
