import { ToolplaneError } from '@toolplane/contracts/errors';
import type { CanonicalUrl } from '@toolplane/security/egress';
import type { Dispatcher } from 'undici';
import type { Answered, OutgoingRequest } from '../request/build-request.js';
import type { Lease } from './connections.js';
import { failureOf, refusalOf } from './failures.js';
import { largestBody, outputOf } from './map-answer.js';
import { readBody } from './read-body.js';

/** Time between two pieces of an answer. The whole call has the tool's `timeoutMs`, by its signal. */
const IDLE_MS = 10_000;
/** Interim answers (100, 103) before the real one. */
const MOST_INTERIM = 10;
/** Read of an answer whose body is not wanted, so that its connection can be used again. */
const DUMPED_BYTES = 65_536;

export interface Sending {
  readonly request: OutgoingRequest;
  /** The request's URL as it was judged. */
  readonly url: CanonicalUrl;
  readonly answered: Answered;
  readonly remainingMs: number;
  readonly signal: AbortSignal;
}

/** Sends a request once and makes an output of the answer. Follows nothing, keeps no cookie. */
export async function send(lease: Lease, sending: Sending): Promise<unknown> {
  try {
    const response = await requested(lease, sending);
    const { statusCode, headers, body } = response;
    const retryAfter = headers['retry-after'];
    const refusal = refusalOf(statusCode, typeof retryAfter === 'string' ? retryAfter : retryAfter?.[0]);
    if (refusal) {
      await body.dump({ limit: DUMPED_BYTES, signal: sending.signal }).catch(() => undefined);
      throw refusal;
    }
    return outputOf(await readBody(response, largestBody(sending.answered)), sending.answered);
  } catch (error) {
    throw failureOf(error) ?? error;
  } finally {
    lease.release();
  }
}

function requested({ dispatcher, once }: Lease, { request, url, remainingMs, signal }: Sending): Promise<Dispatcher.ResponseData> {
  let interim = 0;
  return dispatcher.request({
    origin: url.origin,
    path: `${url.path}${url.search}`,
    method: request.method,
    headers: request.headers,
    body: request.body,
    signal,
    reset: once,
    // The first byte may take as long as the tool allows.
    headersTimeout: Math.max(1, Math.ceil(remainingMs)),
    bodyTimeout: IDLE_MS,
    onInfo: () => {
      interim += 1;
      if (interim > MOST_INTERIM) throw new ToolplaneError('PROVIDER_OUTPUT_INVALID', { message: 'The answer begins again and again' });
    },
  });
}
