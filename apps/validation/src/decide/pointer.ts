const MOST_CHARACTERS = 200;

/** Names in a payload are the sender's, and a pointer to one travels: it is cut. */
export const capped = (pointer: string): string => (pointer.length <= MOST_CHARACTERS ? pointer : `${pointer.slice(0, MOST_CHARACTERS)}…`);

/** JSON Pointer of a top-level parameter. */
export const pointerTo = (name: string): string => capped(`/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`);
