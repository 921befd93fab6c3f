import { deeperThan, MAX_DEPTH, MAX_OUTPUT_BYTES } from '@toolplane/contracts/envelope';
import { ToolplaneError } from '@toolplane/contracts/errors';
import type { Answered } from '../request/build-request.js';

const unreadable = (message: string): ToolplaneError => new ToolplaneError('PROVIDER_OUTPUT_INVALID', { message });

/** The largest body whose output still fits: Base64 makes four characters of three bytes. */
export const largestBody = (as: Answered): number => (as === 'base64' ? Math.floor((MAX_OUTPUT_BYTES - 2) / 4) * 3 : MAX_OUTPUT_BYTES);

/**
 * A body as the tool's output, by what the tool declares and not by what the destination calls it. Numbers are those of JSON in
 * JavaScript: what a double cannot hold is rounded, of repeated members the last one counts. No body is null, or an empty text.
 */
export function outputOf(body: Buffer, as: Answered): unknown {
  switch (as) {
    case 'base64':
      return body.toString('base64');
    case 'text':
      return body.toString('utf8');
    case 'json':
      return body.length === 0 ? null : parsed(body.toString('utf8').replace(/^\ufeff/, ''));
  }
}

function parsed(text: string): unknown {
  if (deeperThan(text, MAX_DEPTH)) throw unreadable(`The answer is deeper than ${MAX_DEPTH} levels`);
  try {
    return JSON.parse(text);
  } catch {
    throw unreadable('The answer is not JSON');
  }
}
