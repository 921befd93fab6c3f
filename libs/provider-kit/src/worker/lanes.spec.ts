import { Lanes } from './lanes.js';

const limits = { perTool: 2, total: 3, waitingPerTool: 2 };

/** Lanes whose items are strings; what began is listed. */
function lanes(open = (): boolean => true, begins = (_item: string): boolean => true): { began: string[]; lanes: Lanes<string> } {
  const began: string[] = [];
  const start = (item: string): boolean => {
    if (!begins(item)) return false;
    began.push(item);
    return true;
  };
  return { began, lanes: new Lanes(limits, start, open) };
}

describe('lanes', () => {
  it('bound what runs of one tenant and tool, and hold nobody else up', () => {
    const { began, lanes: on } = lanes();
    for (const item of ['a1', 'a2', 'a3', 'a4']) expect(on.add('a', item)).toBe(true);
    expect(on.add('b', 'b1')).toBe(true);
    expect(began).toEqual(['a1', 'a2', 'b1']);
    expect([on.running, on.waiting]).toEqual([3, 2]);
  });

  it('refuse what finds its own lane full', () => {
    const { lanes: on } = lanes();
    expect(['a1', 'a2', 'a3', 'a4', 'a5'].map((item) => on.add('a', item))).toEqual([true, true, true, true, false]);
    expect(on.add('b', 'b1')).toBe(true);
  });

  it('start the next of a lane when one ends', () => {
    const { began, lanes: on } = lanes();
    for (const item of ['a1', 'a2', 'a3', 'a4']) on.add('a', item);
    on.release('a');
    expect(began).toEqual(['a1', 'a2', 'a3']);
    on.release('a');
    expect(began).toEqual(['a1', 'a2', 'a3', 'a4']);
    expect([on.running, on.waiting]).toEqual([2, 0]);
  });

  it('take turns where the total is what is scarce', () => {
    const { began, lanes: on } = lanes();
    for (const item of ['a1', 'a2', 'a3', 'a4']) on.add('a', item);
    for (const item of ['b1', 'b2', 'b3']) on.add('b', item);
    on.add('c', 'c1');
    expect(began).toEqual(['a1', 'a2', 'b1']);
    for (const key of ['a', 'a', 'b']) on.release(key);
    expect(began.slice(3)).toHaveLength(3);
    expect(new Set(began.slice(3).map((item) => item[0]))).toEqual(new Set(['a', 'b', 'c']));
  });

  it('start nothing while they are not open, and all that may once they are', () => {
    let open = false;
    const { began, lanes: on } = lanes(() => open);
    on.add('a', 'a1');
    on.add('b', 'b1');
    expect(began).toEqual([]);
    open = true;
    on.pump();
    expect(began).toEqual(['a1', 'b1']);
  });

  it('pass over what shall not begin any more, without keeping its place', () => {
    const { began, lanes: on } = lanes(undefined, (item) => !item.startsWith('late'));
    for (const item of ['a1', 'a2', 'late', 'a3']) on.add('a', item);
    on.release('a');
    expect(began).toEqual(['a1', 'a2', 'a3']);
    on.release('a');
    on.release('a');
    expect([on.running, on.waiting]).toEqual([0, 0]);
  });

  it('give back what waits', () => {
    const { began, lanes: on } = lanes();
    for (const item of ['a1', 'a2', 'a3', 'a4']) on.add('a', item);
    expect(on.takeWaiting((item) => item === 'a3')).toEqual(['a3']);
    on.release('a');
    expect(began).toEqual(['a1', 'a2', 'a4']);
    expect(on.takeWaiting(() => true)).toEqual([]);
  });
});
