import { render, type Endpoint } from '@toolplane/contracts/documents';
import { ToolplaneError } from '@toolplane/contracts/errors';
import { textOf, unfit } from './text-of.js';

/**
 * Headers that no definition may set: they say where a message ends, which host it is for, who is calling, or which method is meant.
 * Names are fixed by the definition; a payload fills in values only.
 */
const RESERVED = new Set([
  'accept-encoding',
  'connection',
  'content-encoding',
  'content-length',
  'expect',
  'forwarded',
  'host',
  'http2-settings',
  'idempotency-key',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'via',
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
  'x-original-url',
  'x-real-ip',
  'x-rewrite-url',
]);
const RESERVED_PREFIX = /^(proxy-|x-forwarded-|sec-)/;
/** They carry credentials, which come from a secret only. */
const CREDENTIALS = new Set(['authorization', 'cookie', 'proxy-authorization']);
const NAME = /^[a-z0-9!#$%&'*+.^_`|~-]+$/;
/** Visible ASCII and spaces between: latin-1 would turn some characters into line ends. */
const VALUE = /^([\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?)?$/;

export const isHeaderValue = (text: string): boolean => VALUE.test(text);
export const isReservedHeader = (name: string): boolean => RESERVED.has(name) || RESERVED_PREFIX.test(name);

/** The endpoint's headers with lower-case names; null leaves one out. */
export function headersOf(headers: Endpoint['headers'], payload: Readonly<Record<string, unknown>>): Record<string, string> {
  const filled = Object.entries(headers ?? {}).flatMap(([given, template]) => {
    const name = given.toLowerCase();
    if (!NAME.test(name) || isReservedHeader(name) || CREDENTIALS.has(name)) {
      throw new ToolplaneError('PROVIDER_FAILED', {
        message: `The tool’s endpoint may not set the header ${name.slice(0, 64)}`,
        effect: 'none',
      });
    }
    const text = textOf(render(template, { payload }), `/headers/${given}`);
    if (text === null) return [];
    if (!isHeaderValue(text)) throw unfit(`/headers/${given}`, 'a header holds visible ASCII characters only');
    return [[name, text] as const];
  });
  return Object.fromEntries(filled);
}
