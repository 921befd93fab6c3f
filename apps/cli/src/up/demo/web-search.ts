import type { ToolBody } from '@toolplane/contracts/documents';

/** Searching the web is the operator's endpoint. Here it is the sandbox, which answers with what it was asked. */
export const webSearch = (sandboxUrl: string): ToolBody => ({
  name: 'web_search',
  description: 'Searches the web. In this demonstration the sandbox server answers with the question; point the endpoint at a search service of your own.',
  category: 'web',
  type: 'http',
  inputSchema: {
    type: 'object',
    properties: {
      query: { type: 'string', minLength: 1, maxLength: 512, description: 'What is looked for.' },
      limit: { type: 'integer', minimum: 1, maximum: 20, description: 'Results at most. Default 5.' },
    },
    required: ['query'],
    additionalProperties: false,
  },
  idempotent: true,
  timeoutMs: 10_000,
  endpoint: { url: `${sandboxUrl}/echo`, method: 'GET', query: { q: { $from: '/payload/query' }, limit: { $from: '/payload/limit', default: 5 } }, response: 'json' },
  tags: ['demo'],
  exampleUsage: 'Use it for facts that may be newer than what you know.',
  examples: [{ input: { query: 'hash chain' } }],
});
