import { ToolplaneError } from '@toolplane/contracts/errors';

/** The payload does not fit the tool's endpoint; nothing was sent. */
export const unfit = (pointer: string, detail: string): ToolplaneError =>
  new ToolplaneError('REQUEST_INPUT_INVALID', {
    message: 'The payload does not fit the tool’s endpoint',
    details: [{ pointer, detail }],
    retryable: false,
    effect: 'none',
  });

/** A scalar as it stands in a URL or a header; null where there is nothing to send. Objects have no one form there. */
export function textOf(value: unknown, pointer: string): string | null {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
    case 'boolean':
      return String(value);
    default:
      if (value === null || value === undefined) return null;
      throw unfit(pointer, 'is no text, number or boolean');
  }
}

/** Percent-encodes all but the unreserved characters of RFC 3986, so that a value stays where it was put and reads one way. */
export function encoded(text: string, pointer: string): string {
  try {
    return encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
  } catch {
    throw unfit(pointer, 'holds half a character');
  }
}
