import { SCHEMA_CAPS, pointerTo } from './caps.js';
import { SchemaFault, type Part } from './part.js';

/** An object whose only member is `$sealed`, a text: `isSealedForm` as a schema. */
const SEALED_FORM = Object.freeze({ type: 'object', required: ['$sealed'], maxProperties: 1, properties: { $sealed: { type: 'string' } } });

/**
 * Lets a sealed value pass at every sensitive place, whatever any part of the schema says about that place: what is in it is checked by
 * who opens it. Parts are changed in place; elsewhere a sealed form is an object like any other.
 * @param sensitive as `sensitivePointers` found them
 */
export function admitSealed(root: Part, sensitive: readonly string[]): void {
  if (sensitive.length === 0) return;
  const places = sensitive.map((pointer) => segmentsOf(pointer === '' ? '/*' : pointer));
  const admitting = new Set<Part>();
  let visits = 0;
  const visit = (part: Part, pointer: string): void => {
    if (++visits > SCHEMA_CAPS.evaluations) throw new SchemaFault(part.pointer, 'leads to too many evaluations; combine fewer alternatives');
    const path = segmentsOf(pointer);
    const near = places.filter((place) => place.length >= path.length && path.every((segment, i) => meets(segment, place[i])));
    if (near.length === 0) return;
    if (near.some(({ length }) => length === path.length)) admitting.add(part);
    else {
      for (const { segment, reach, part: next } of part.edges) {
        if (segment !== null) visit(next, pointerTo(pointer, segment));
        else if (reach === 'here') visit(next, pointer);
      }
    }
  };
  visit(root, '');
  for (const { schema } of admitting) {
    const own = { ...schema };
    for (const keyword of Object.keys(schema)) delete schema[keyword];
    Object.assign(schema, { if: SEALED_FORM, else: own });
  }
}

const segmentsOf = (pointer: string): readonly string[] => pointer.split('/').slice(1);
const meets = (one: string, other: string | undefined): boolean => one === other || one === '*' || other === '*';
