import type { Auth } from '@toolplane/contracts/documents';
import { ToolplaneError } from '@toolplane/contracts/errors';
import type { OutgoingRequest } from './build-request.js';
import { isHeaderValue, isReservedHeader } from './fill-headers.js';
import { parameter, withParameters } from './fill-query.js';

/** Gives the value of a secret for the one origin that the request goes to. */
export type ReadSecret = (reference: string) => Promise<string>;

const unusable = (message: string): ToolplaneError => new ToolplaneError('PROVIDER_FAILED', { message, effect: 'none' });

/** Adds the credential, as late as can be: once it is decided that the request may go where it goes. */
export async function authorize(request: OutgoingRequest, auth: Auth, readSecret: ReadSecret): Promise<OutgoingRequest> {
  switch (auth.type) {
    case 'none':
      return request;
    case 'api_key': {
      const value = await readSecret(auth.secretRef);
      if (auth.in === 'query') return { ...request, url: withParameters(request.url, [parameter(auth.name, value)]) };
      const name = auth.name.toLowerCase();
      if (isReservedHeader(name)) throw unusable(`The tool’s key may not be sent in the header ${name}`);
      if (!isHeaderValue(value))
        throw new ToolplaneError('SECRET_UNAVAILABLE', { message: 'The secret is no value that a header can carry' });
      return { ...request, headers: { ...request.headers, [name]: value } };
    }
    case 'oauth_stub':
      throw unusable('This worker does not offer oauth_stub');
  }
}
