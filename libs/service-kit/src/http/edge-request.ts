import type { FastifyRequest } from 'fastify';
import type { Caller } from '../auth/caller.js';

/** What the kit hangs on a request. */
export interface EdgeRequest extends FastifyRequest {
  /** Set by the guard on every route that has a permission. */
  caller?: Caller;
  /** W3C trace context of this hop; continues what the caller sent. */
  traceparent: string;
}
