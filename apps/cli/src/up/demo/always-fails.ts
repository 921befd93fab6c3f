import type { ToolBody } from '@toolplane/contracts/documents';

export const alwaysFails: ToolBody = {
  name: 'always_fails',
  description: 'Fails every time: shows what a failure looks like in the record, the events and the audit.',
  category: 'demo',
  type: 'dummy',
  inputSchema: { type: 'object' },
  dummy: { failure: { rate: 1, code: 'PROVIDER_FAILED', retryable: false } },
  tags: ['demo'],
};
