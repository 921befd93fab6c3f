import type { ToolBody } from '@toolplane/contracts/documents';

/** Calls the server that the launcher runs on loopback. */
export const sandboxHttp = (sandboxUrl: string): ToolBody => ({
  name: 'sandbox_http',
  description: 'Calls one route of the sandbox server of this start: echo, status, slow or bytes, with its argument.',
  category: 'demo',
  type: 'http',
  inputSchema: {
    type: 'object',
    properties: {
      route: { type: 'string', enum: ['echo', 'status', 'slow', 'bytes'], description: 'Which route.' },
      argument: {
        type: 'string',
        pattern: '^[0-9a-z]{1,9}$',
        description: 'Status code, milliseconds or number of bytes; anything for echo.',
      },
    },
    required: ['route', 'argument'],
    additionalProperties: false,
  },
  idempotent: true,
  timeoutMs: 10_000,
  endpoint: { url: `${sandboxUrl}/{route}/{argument}`, method: 'GET', response: 'text' },
  tags: ['demo'],
  examples: [{ input: { route: 'status', argument: '200' }, output: '{"status":200}' }],
});
