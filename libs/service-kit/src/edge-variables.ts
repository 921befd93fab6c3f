import { variable, type Variable } from '@toolplane/config';
import { Type } from 'typebox';
import { EDGE_LIMITS, type EdgeLimits } from './http/fastify-adapter.js';

const ms = Type.Integer({ minimum: 100, maximum: 600_000 });

/** Variables of an edge that strangers reach. A service with a group `edge` of these is opened with them. */
export const edgeVariables = (): { readonly [Name in keyof EdgeLimits]: Variable<number> } => ({
  requestTimeoutMs: variable({
    env: 'REQUEST_TIMEOUT_MS',
    doc: 'How long a request may take to arrive, body included, in milliseconds.',
    schema: ms,
    default: EDGE_LIMITS.requestTimeoutMs,
  }),
  headersTimeoutMs: variable({
    env: 'HEADERS_TIMEOUT_MS',
    doc: 'How long a connection may take to send the headers of a request, in milliseconds.',
    schema: ms,
    default: EDGE_LIMITS.headersTimeoutMs,
  }),
  maxConnections: variable({
    env: 'MAX_CONNECTIONS',
    doc: 'Open connections at most; one more is closed at once.',
    schema: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
    default: EDGE_LIMITS.maxConnections,
  }),
});
