import { ToolplaneError } from '@toolplane/contracts/errors';
import { HTTP_HEADERS, IDEMPOTENCY_KEY } from '@toolplane/contracts/http';
import { digest } from '@toolplane/security/chain';
import type { EdgeRequest } from '@toolplane/service-kit';
import type { KeyedRequest } from './idempotency.store.js';

/** @throws ToolplaneError REQUEST_MALFORMED for a key that is none. */
export function keyedRequest({ headers, url }: EdgeRequest, body: unknown): KeyedRequest {
  const key = headers[HTTP_HEADERS.idempotencyKey];
  if (key !== undefined && (typeof key !== 'string' || !IDEMPOTENCY_KEY.test(key))) {
    throw new ToolplaneError('REQUEST_MALFORMED', { message: 'Idempotency-Key takes 1 to 255 visible characters' });
  }
  return { key: key ?? null, fingerprint: digest({ path: url.split('?')[0], body }) };
}
