/** Bounds of what is read. Checked on the bytes, before anything is parsed: memory stays flat whatever is sent. */

/** Longest record value, in bytes. */
export const MAX_RECORD_BYTES = 4 * 1_048_576;
/** Deepest nesting of a record's JSON: a payload of 64 levels, its envelope and a definition around it. */
export const MAX_RECORD_DEPTH = 128;
/** Most headers of a record, repeated ones counted. */
export const MAX_HEADERS = 100;
/** All header names and values of a record together, in bytes. */
export const MAX_HEADER_BYTES = 65_536;
/** Longest context attribute, in characters. */
export const MAX_ATTRIBUTE_LENGTH = 1_024;

/** Arguments of a call, as JSON, in bytes. */
export const MAX_PAYLOAD_BYTES = 262_144;
/** Deepest nesting of arguments and of outputs. */
export const MAX_DEPTH = 64;
/** Body of an HTTP request, in bytes. */
export const MAX_BODY_BYTES = 327_680;
/** Output of a tool, as JSON, in bytes. */
export const MAX_OUTPUT_BYTES = 1_048_576;
/** An output longer than this, in bytes, does not travel in the answer: `outputRef` says where it is. */
export const MAX_INLINE_OUTPUT_BYTES = 262_144;

/** Whether a text has more than so many of a character. Native search: it touches brackets, not every character. */
const moreThan = (text: string, character: string, most: number): boolean => {
  let count = 0;
  for (let at = text.indexOf(character); at !== -1; at = text.indexOf(character, at + 1)) {
    count += 1;
    if (count > most) return true;
  }
  return false;
};

/** Whether JSON text nests deeper than allowed. Looks at brackets outside strings only and never recurses. */
export const deeperThan = (text: string, depth: number): boolean => {
  // Nearly every record has fewer brackets than it may have levels.
  if (!moreThan(text, '{', depth >> 1) && !moreThan(text, '[', depth >> 1)) return false;
  let open = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (inString) {
      if (character === '\\') at += 1;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{' || character === '[') {
      open += 1;
      if (open > depth) return true;
    } else if (character === '}' || character === ']') open -= 1;
  }
  return false;
};

/** Depth of a parsed value, counted without recursion: 0 for a scalar, 1 for an object or array of scalars. */
export const depthOf = (value: unknown): number => {
  let depth = 0;
  let level: unknown[] = [value];
  while (level.length > 0) {
    const next: unknown[] = [];
    for (const item of level) if (typeof item === 'object' && item !== null) next.push(Object.values(item));
    level = next.flat();
    if (next.length > 0) depth += 1;
  }
  return depth;
};
