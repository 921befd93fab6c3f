import { render, type Endpoint } from '@toolplane/contracts/documents';
import { MAX_BODY_BYTES } from '@toolplane/contracts/envelope';
import { ToolplaneError } from '@toolplane/contracts/errors';
import { fillPath } from './fill-path.js';
import { headersOf } from './fill-headers.js';
import { withQuery } from './fill-query.js';
import { unfit } from './text-of.js';

export interface OutgoingRequest {
  readonly method: NonNullable<Endpoint['method']>;
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

export type Answered = NonNullable<Endpoint['response']>;
export const answeredAs = (endpoint: Endpoint): Answered => endpoint.response ?? 'json';

/**
 * The request that an endpoint and a payload make, without credentials. Everything in it is data that was put in its place: there is no
 * text that is read again for placeholders.
 * @throws ToolplaneError REQUEST_INPUT_INVALID, REQUEST_TOO_LARGE; PROVIDER_FAILED where the definition itself is at fault.
 */
export function buildRequest(endpoint: Endpoint, payload: Readonly<Record<string, unknown>>, idempotencyKey: string): OutgoingRequest {
  const method = endpoint.method ?? 'GET';
  const body = endpoint.body === undefined || method === 'GET' || method === 'HEAD' ? null : bodyOf(endpoint.body, payload);
  return {
    method,
    url: withQuery(fillPath(endpoint.url, payload), endpoint.query, payload),
    headers: {
      'user-agent': 'toolplane',
      accept: answeredAs(endpoint) === 'json' ? 'application/json' : '*/*',
      ...(body !== null && { 'content-type': 'application/json' }),
      ...headersOf(endpoint.headers, payload),
      // One coding that we count while we unpack it; every other would have to be trusted.
      'accept-encoding': 'gzip',
      'idempotency-key': idempotencyKey,
    },
    body,
  };
}

function bodyOf(template: unknown, payload: Readonly<Record<string, unknown>>): string {
  const text = JSON.stringify(render(template, { payload }), refusingPrototypes);
  if (Buffer.byteLength(text) > MAX_BODY_BYTES) throw new ToolplaneError('REQUEST_TOO_LARGE', { effect: 'none' });
  return text;
}

/** Members that merging programs take for an object's own making. Here they would be data; who knows what they are where they go. */
const PROTOTYPES = new Set(['__proto__', 'constructor', 'prototype']);
function refusingPrototypes(key: string, value: unknown): unknown {
  if (PROTOTYPES.has(key)) throw unfit('/', `holds a member that may not be sent: ${key}`);
  return value;
}
