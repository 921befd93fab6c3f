import { ToolplaneError } from '@toolplane/contracts/errors';
import type { OutgoingRequest } from '../request/build-request.js';
import { isHeaderValue } from '../request/fill-headers.js';
import type { OAuth, Token } from './tokens.js';

/** Where an endpoint does not say how long a token lasts. */
const DEFAULT_LIFE_MS = 300_000;
const LONGEST_TOKEN = 8_192;

const form = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

/** The client-credentials grant (RFC 6749, 4.4), the client by Basic authentication (2.3.1). */
export const tokenRequest = ({ tokenUrl, clientId, scopes }: OAuth, secret: string): OutgoingRequest => ({
  method: 'POST',
  url: tokenUrl,
  headers: {
    'user-agent': 'toolplane',
    accept: 'application/json',
    'accept-encoding': 'gzip',
    'content-type': 'application/x-www-form-urlencoded',
    authorization: `Basic ${Buffer.from(`${form(clientId)}:${form(secret)}`).toString('base64')}`,
  },
  body: `grant_type=client_credentials${scopes.length > 0 ? `&scope=${form(scopes.join(' '))}` : ''}`,
});

/** The token of an answer (RFC 6749, 5.1). @throws ToolplaneError where there is none that can be sent. */
export function tokenOf(answer: unknown): Token {
  const { access_token: value, token_type: type, expires_in: seconds } = (answer ?? {}) as Readonly<Record<string, unknown>>;
  const usable = typeof value === 'string' && value !== '' && value.length <= LONGEST_TOKEN && isHeaderValue(value);
  if (!usable || (type !== undefined && String(type).toLowerCase() !== 'bearer')) throw withoutToken('gave no bearer token', false);
  return { value, expiresInMs: typeof seconds === 'number' && seconds >= 0 ? seconds * 1_000 : DEFAULT_LIFE_MS };
}

/** What went wrong at the token endpoint, as a failure of a call that was not made. */
export function tokenFailure(error: unknown): unknown {
  if (!(error instanceof ToolplaneError)) return error;
  switch (error.code) {
    case 'UPSTREAM_REJECTED':
    case 'PROVIDER_OUTPUT_INVALID':
      return withoutToken('refused the credentials or gave no token', false, error);
    case 'UPSTREAM_UNAVAILABLE':
    case 'PROVIDER_TIMEOUT':
      return withoutToken('did not answer properly', true, error);
    default:
      return error;
  }
}

const withoutToken = (what: string, retryable: boolean, cause?: ToolplaneError): ToolplaneError =>
  new ToolplaneError(retryable ? 'UPSTREAM_UNAVAILABLE' : 'SECRET_UNAVAILABLE', {
    message: `The token endpoint ${what}`,
    effect: 'none',
    retryable,
    ...(cause && { cause }),
  });
