import { ToolplaneError } from '@toolplane/contracts/errors';
import { errors } from 'undici';

/** Longer waits than this are not believed: a retry that comes after hours helps nobody. */
const LONGEST_RETRY_AFTER_MS = 300_000;

/** What an answer without success means; null for a success. The call was made, so that its effect is possible. */
export function refusalOf(status: number, retryAfter: string | undefined, now: number = Date.now()): ToolplaneError | null {
  if (status >= 200 && status < 300) return null;
  const options = { httpStatus: status, message: `The destination answered with status ${status}` };
  if (status >= 300 && status < 400) {
    return new ToolplaneError('UPSTREAM_REJECTED', {
      ...options,
      message: `The destination answered with status ${status}; redirects are not followed`,
    });
  }
  if (status === 429 || (status >= 500 && status < 600)) {
    const retryAfterMs = waitOf(retryAfter, now);
    return new ToolplaneError('UPSTREAM_UNAVAILABLE', { ...options, ...(retryAfterMs !== null && { retryAfterMs }) });
  }
  if (status >= 400 && status < 500) return new ToolplaneError('UPSTREAM_REJECTED', options);
  return new ToolplaneError('PROVIDER_OUTPUT_INVALID', options);
}

/** `Retry-After` in seconds or as a date (RFC 9110, 10.2.3). */
function waitOf(header: string | undefined, now: number): number | null {
  if (header === undefined) return null;
  const ms = /^\d{1,15}$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - now;
  return Number.isFinite(ms) ? Math.min(Math.max(0, Math.round(ms)), LONGEST_RETRY_AFTER_MS) : null;
}

const TIMEOUTS = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);
const MALFORMED = new Set(['UND_ERR_HEADERS_OVERFLOW', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH']);
const NETWORK = new Set([
  'UND_ERR_SOCKET',
  'UND_ERR_ABORTED',
  'UND_ERR_DESTROYED',
  'UND_ERR_CLOSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** What became of a call whose request may have been sent. Null: a bug of ours. */
export function failureOf(error: unknown): ToolplaneError | null {
  if (error instanceof ToolplaneError) return error;
  if (!(error instanceof Error)) return null;
  const { code = '' } = error as NodeJS.ErrnoException;
  if (error instanceof errors.HTTPParserError || MALFORMED.has(code)) {
    // The parser's error carries what was received; its message does not.
    const cause = new Error(error.message);
    return new ToolplaneError('PROVIDER_OUTPUT_INVALID', { message: 'The answer is not HTTP that can be read', cause });
  }
  if (TIMEOUTS.has(code)) return new ToolplaneError('PROVIDER_TIMEOUT', { cause: error });
  if (NETWORK.has(code) || code.startsWith('ERR_SSL_')) {
    return new ToolplaneError('UPSTREAM_UNAVAILABLE', { message: 'The connection broke before the answer was complete', cause: error });
  }
  return null;
}
