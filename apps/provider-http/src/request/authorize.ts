import type { Auth } from '@toolplane/contracts/documents';
import { ToolplaneError } from '@toolplane/contracts/errors';
import type { OutgoingRequest } from './build-request.js';
import { isHeaderValue, isReservedHeader } from './fill-headers.js';
import { parameter, withParameters } from './fill-query.js';

const unusable = (message: string): ToolplaneError => new ToolplaneError('PROVIDER_FAILED', { message, effect: 'none' });

/** Adds a key, as late as can be: once it is decided that the request may go where it goes. */
export function withKey(request: OutgoingRequest, auth: Extract<Auth, { readonly type: 'api_key' }>, value: string): OutgoingRequest {
  if (auth.in === 'query') return { ...request, url: withParameters(request.url, [parameter(auth.name, value)]) };
  const name = auth.name.toLowerCase();
  if (isReservedHeader(name)) throw unusable(`The tool’s key may not be sent in the header ${name}`);
  if (!isHeaderValue(value)) throw new ToolplaneError('SECRET_UNAVAILABLE', { message: 'The secret is no value that a header can carry' });
  return { ...request, headers: { ...request.headers, [name]: value } };
}

export const withToken = (request: OutgoingRequest, token: string): OutgoingRequest => ({
  ...request,
  headers: { ...request.headers, authorization: `Bearer ${token}` },
});
