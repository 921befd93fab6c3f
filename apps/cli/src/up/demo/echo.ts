import type { ToolBody } from '@toolplane/contracts/documents';

export const echo: ToolBody = {
  name: 'echo',
  description: 'Returns its payload unchanged.',
  category: 'demo',
  type: 'dummy',
  inputSchema: { type: 'object', properties: { text: { type: 'string', description: 'Anything.' } } },
  idempotent: true,
  dummy: {},
  tags: ['demo'],
  examples: [{ input: { text: 'hi' }, output: { text: 'hi' } }],
};
