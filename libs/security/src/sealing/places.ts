import { escapeSegment, marksBelow, marksOf, NO_MARKS, type Mark } from '../redaction/marks.js';

/** What becomes of the value at a marked place; the very same value: nothing. */
export type Visit = (value: unknown, pointer: string) => unknown;

/**
 * Visits the values at marked places from the outside in, one after the other, and gives a copy that shares what is untouched.
 * Places inside of what a visit gave back are visited too; inside of what `isLeaf` says is one, none.
 */
export async function atPlaces(value: unknown, pointers: readonly string[], visit: Visit, isLeaf: (value: unknown) => boolean): Promise<unknown> {
  const walk = async (given: unknown, pointer: string, marks: readonly Mark[]): Promise<unknown> => {
    const now = marks.some(({ marked }) => marked) ? await visit(given, pointer) : given;
    if (typeof now !== 'object' || now === null || isLeaf(now)) return now;
    const below = membersOf(now, marks);
    if (below.length === 0) return now;
    const changed: (readonly [string, unknown])[] = [];
    for (const { name, member, marks: deeper } of below) {
      const visited = await walk(member, `${pointer}/${escapeSegment(name)}`, deeper);
      if (visited !== member) changed.push([name, visited]);
    }
    return changed.length === 0 ? now : withMembers(now, changed);
  };
  return walk(value, '', marksOf(pointers));
}

interface Member {
  readonly name: string;
  readonly member: unknown;
  readonly marks: readonly Mark[];
}

/** The members at or below which something is marked. */
function membersOf(value: object, marks: readonly Mark[]): readonly Member[] {
  return Object.keys(value).flatMap((name) => {
    const deeper = marksBelow(marks, name);
    return deeper === NO_MARKS ? [] : [{ name, member: (value as Record<string, unknown>)[name], marks: deeper }];
  });
}

function withMembers(value: object, changed: readonly (readonly [string, unknown])[]): unknown {
  if (!Array.isArray(value)) {
    const replaced = new Map(changed);
    return Object.fromEntries(Object.entries(value).map(([name, member]: [string, unknown]) => [name, replaced.has(name) ? replaced.get(name) : member]));
  }
  const copy: unknown[] = [...(value as readonly unknown[])];
  for (const [index, item] of changed) copy[Number(index)] = item;
  return copy;
}
