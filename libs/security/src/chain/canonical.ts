/**
 * The canonical JSON text of a value (RFC 8785): members in order of their names' UTF-16 units, no spaces, numbers as ECMAScript writes them.
 * Takes what JSON can carry; members that are `undefined` are left out. Two cases lie outside the RFC and have a stated form here, so that
 * every text a parser accepts has one digest: a lone surrogate stands as its escape, and a number beyond doubles throws RangeError.
 */
export function canonical(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return quote(value);
    case 'number':
      if (!Number.isFinite(value)) throw new RangeError('a number that JSON cannot carry has no canonical form');
      return `${value}`;
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      return value === null ? 'null' : Array.isArray(value) ? ofArray(value) : ofObject(value as Record<string, unknown>);
    default:
      throw new TypeError(`a ${typeof value} has no canonical form`);
  }
}

function ofArray(items: readonly unknown[]): string {
  let text = '[';
  for (let i = 0; i < items.length; i++) {
    if (i > 0) text += ',';
    text += items[i] === undefined ? 'null' : canonical(items[i]);
  }
  return `${text}]`;
}

function ofObject(members: Record<string, unknown>): string {
  if (typeof members['toJSON'] === 'function') return canonical((members as unknown as { toJSON(): unknown }).toJSON());
  return `{${canonicalMembers(members)}}`;
}

/**
 * What stands between the braces of an object’s canonical form, or a part of it.
 * @param from the first name that belongs to the part
 * @param to the first name behind it
 * @param known canonical texts of members that are known already
 */
export function canonicalMembers(
  members: Readonly<Record<string, unknown>>, from?: string, to?: string, known?: Readonly<Record<string, string>>,
): string {
  let text = '';
  for (const key of sorted(Object.keys(members))) {
    if ((from !== undefined && key < from) || (to !== undefined && key >= to)) continue;
    const member = members[key];
    if (member !== undefined) text += `${text === '' ? '' : ','}${quote(key)}:${known?.[key] ?? canonical(member)}`;
  }
  return text;
}

/** Most objects of ours are written in order: comparing is cheaper than sorting. `<` on strings compares UTF-16 units, as the RFC asks. */
function sorted(keys: string[]): string[] {
  for (let i = 1; i < keys.length; i++) if ((keys[i] as string) < (keys[i - 1] as string)) return keys.sort();
  return keys;
}

// Surrogates are in it because a lone one needs its escape; the serializer tells lone ones from pairs. Looking first is twice as fast.
const MAY_NEED_ESCAPE = /["\\\u0000-\u001f\ud800-\udfff]/;
const quote = (text: string): string => (MAY_NEED_ESCAPE.test(text) ? JSON.stringify(text) : `"${text}"`);
