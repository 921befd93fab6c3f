import { SCHEMA_CAPS, pointerTo } from './caps.js';
import { SchemaFault, type Part } from './part.js';

/** A schema that comes back to itself without looking at another value would never end. */
export function refuseEndless(parts: readonly Part[]): void {
  const done = new Set<Part>();
  const open = new Set<Part>();
  const visit = (part: Part): void => {
    if (open.has(part)) throw new SchemaFault(part.pointer, 'refers to itself for the same value and would never end');
    if (done.has(part)) return;
    open.add(part);
    for (const { reach, part: next } of part.edges) if (reach === 'here') visit(next);
    open.delete(part);
    done.add(part);
  };
  parts.forEach(visit);
}

/** Which items `contains` has seen cannot be followed: rather no answer than a wrong one. */
export function refuseUnfollowed(parts: readonly Part[]): void {
  for (const part of parts) {
    if (part.schema['unevaluatedItems'] === undefined) continue;
    const sameValue = new Set([part]);
    for (const { schema, edges } of sameValue) {
      if (schema['contains'] !== undefined) {
        throw new SchemaFault(pointerTo(part.pointer, 'unevaluatedItems'), 'cannot stand with contains about the same list; name the items by prefixItems or items');
      }
      for (const { reach, part: next } of edges) if (reach === 'here') sameValue.add(next);
    }
  }
}

/**
 * What is entered for any number of items is counted, and so is what contains itself: the depth of the payload bounds it, but it may
 * branch at every level. Every cycle has an edge that closes it here, so none is left without a counted part.
 */
export function markCounted(root: Part, parts: readonly Part[]): void {
  for (const { edges } of parts) for (const { reach, part } of edges) if (reach === 'often') part.counted = true;
  const done = new Set<Part>();
  const open = new Set<Part>();
  const visit = (part: Part): void => {
    open.add(part);
    for (const { part: next } of part.edges) {
      if (open.has(next)) next.counted = true;
      else if (!done.has(next)) visit(next);
    }
    open.delete(part);
    done.add(part);
  };
  visit(root);
}

/** Sets each part's cost to what one entry leads to, up to the next counted entries. */
export function weigh(parts: readonly Part[]): void {
  const own = new Map(parts.map((part) => [part, part.cost]));
  const total = new Map<Part, number>();
  const weightOf = (part: Part): number => {
    const known = total.get(part);
    if (known !== undefined) return known;
    let sum = own.get(part) ?? 1;
    for (const { part: next } of part.edges) sum += next.counted ? 1 : weightOf(next);
    if (sum > SCHEMA_CAPS.evaluations) throw new SchemaFault(part.pointer, 'leads to too many evaluations; combine fewer alternatives');
    total.set(part, sum);
    return sum;
  };
  for (const part of parts) part.cost = weightOf(part);
}

/** JSON Pointers of what the schema marks as sensitive, `*` for any item or any other member. A marked part hides all below it. */
export function sensitivePointers(root: Part): readonly string[] {
  const pointers = new Set<string>();
  const reaches = reachability(root);
  let visits = 0;
  const visit = (part: Part, pointer: string, path: Set<Part>): void => {
    if (!reaches.has(part)) return;
    if (path.has(part)) throw new SchemaFault(part.pointer, 'a field marked as sensitive cannot lie inside a definition that contains itself');
    if (++visits > SCHEMA_CAPS.evaluations) throw new SchemaFault(part.pointer, 'leads to too many evaluations; combine fewer alternatives');
    if (part.sensitive) pointers.add(pointer);
    else {
      path.add(part);
      for (const { segment, reach, part: next } of part.edges) {
        if (segment !== null) visit(next, pointerTo(pointer, segment), path);
        else if (reach === 'here') visit(next, pointer, path);
      }
      path.delete(part);
    }
    if (pointers.size > SCHEMA_CAPS.sensitivePointers) {
      throw new SchemaFault(part.pointer, `more than ${SCHEMA_CAPS.sensitivePointers} fields are marked as sensitive; mark the object they lie in`);
    }
  };
  visit(root, '', new Set());
  return [...pointers].sort();
}

/** The parts from which a sensitive one can be reached. */
function reachability(root: Part): ReadonlySet<Part> {
  const before = new Map<Part, Part[]>();
  const found: Part[] = [];
  const seen = new Set<Part>([root]);
  for (const part of seen) {
    if (part.sensitive) found.push(part);
    for (const { part: next } of part.edges) {
      const known = before.get(next);
      if (known) known.push(part);
      else before.set(next, [part]);
      seen.add(next);
    }
  }
  const reaches = new Set(found);
  for (const part of reaches) for (const earlier of before.get(part) ?? []) reaches.add(earlier);
  return reaches;
}
