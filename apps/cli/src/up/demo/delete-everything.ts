import type { ToolBody } from '@toolplane/contracts/documents';

export const deleteEverything: ToolBody = {
  name: 'delete_everything',
  description: 'Would delete everything, were it not a dummy: shows a dangerous tool, which needs an approval for each call.',
  category: 'demo',
  type: 'dummy',
  inputSchema: { type: 'object', properties: { reason: { type: 'string', description: 'Why.' } } },
  isDangerous: true,
  requiresApproval: true,
  dummy: { response: { deleted: 0 } },
  tags: ['demo'],
};
