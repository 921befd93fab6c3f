import type { ToolBody } from '@toolplane/contracts/documents';

export const slowEcho: ToolBody = {
  name: 'slow_echo',
  description: 'Returns its payload after two seconds: shows what running looks like.',
  category: 'demo',
  type: 'dummy',
  inputSchema: { type: 'object', properties: { text: { type: 'string', description: 'Anything.' } } },
  idempotent: true,
  dummy: { delayMs: 2_000 },
  tags: ['demo'],
  examples: [{ input: { text: 'hi' }, output: { text: 'hi' } }],
};
