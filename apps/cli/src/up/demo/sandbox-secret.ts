import type { ToolBody } from '@toolplane/contracts/documents';

/** The same server, with a key that only the worker ever sees. */
export const sandboxSecret = (sandboxUrl: string): ToolBody => ({
  name: 'sandbox_secret',
  description: 'Calls the sandbox server with an API key from the operator’s secrets: the key is in no event, record or log.',
  category: 'demo',
  type: 'http',
  inputSchema: {
    type: 'object',
    properties: { text: { type: 'string', description: 'Sent along.' } },
    required: ['text'],
    additionalProperties: false,
  },
  idempotent: true,
  timeoutMs: 10_000,
  auth: { type: 'api_key', in: 'header', name: 'x-sandbox-key', secretRef: 'sandbox-api-key' },
  endpoint: { url: `${sandboxUrl}/echo`, method: 'POST', body: { text: { $from: '/payload/text' } }, response: 'json' },
  tags: ['demo'],
});
