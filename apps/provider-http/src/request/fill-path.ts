import { ToolplaneError } from '@toolplane/contracts/errors';
import { segmentFault } from '@toolplane/security/egress';
import { encoded, textOf, unfit } from './text-of.js';

/** Scheme, host and port are fixed by the definition, whatever wrote it. */
const FIXED_ORIGIN = /^[^/{}]+\/\/[^/{}]+\//;

/**
 * Fills `{name}` in a URL's path from the payload's top-level fields. Each value stays one segment: what could climb out of it (dot
 * segments, slashes, control characters, in the raw or percent-encoded) is refused, and so is an empty one, which would be another route.
 */
export function fillPath(url: string, payload: Readonly<Record<string, unknown>>): string {
  if (url.includes('{') && !FIXED_ORIGIN.test(url)) {
    throw new ToolplaneError('PROVIDER_FAILED', { message: 'A placeholder of the tool’s URL stands before its path', effect: 'none' });
  }
  return url.replaceAll(/\{([^{}]*)\}/g, (_placeholder, name: string) => {
    const pointer = `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    const text = textOf(Object.hasOwn(payload, name) ? payload[name] : null, pointer);
    if (text === null || text === '') throw unfit(pointer, 'is needed for the path of the URL');
    const fault = segmentFault(text);
    if (fault) throw unfit(pointer, `cannot stand in the path of the URL: ${fault}`);
    return encoded(text, pointer);
  });
}
