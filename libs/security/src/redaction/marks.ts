/** A tree of the pointers that a schema marks: under each segment what lies below it, under `*` what lies below any. */
export interface Mark {
  marked: boolean;
  readonly below: Map<string, Mark>;
}
export const NO_MARKS: readonly Mark[] = Object.freeze([]);

export function marksOf(pointers: readonly string[]): readonly Mark[] {
  const root: Mark = { marked: false, below: new Map() };
  for (const pointer of pointers) {
    let mark = root;
    for (const raw of pointer.split('/').slice(1)) {
      const segment = raw.replaceAll('~1', '/').replaceAll('~0', '~');
      let next = mark.below.get(segment);
      if (!next) mark.below.set(segment, (next = { marked: false, below: new Map() }));
      mark = next;
    }
    mark.marked = true;
  }
  return [root];
}

export function marksBelow(marks: readonly Mark[], segment: string): readonly Mark[] {
  if (marks === NO_MARKS) return marks;
  const next: Mark[] = [];
  for (const { below } of marks) {
    const exact = below.get(segment);
    if (exact) next.push(exact);
    const any = segment === '*' ? undefined : below.get('*');
    if (any) next.push(any);
  }
  return next.length === 0 ? NO_MARKS : next;
}

/** A member's name as it stands in a JSON Pointer. */
export const escapeSegment = (segment: string): string =>
  segment.includes('~') || segment.includes('/') ? segment.replaceAll('~', '~0').replaceAll('/', '~1') : segment;
