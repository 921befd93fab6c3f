import { toolOf, type ToolBody } from '@toolplane/contracts/documents';

/** Dangerous tools: each call waits for an approval. Switched off as long as this deployment runs no built-in worker. */
export const workspaceTools: readonly ToolBody[] = [toolOf('read_file', { tags: ['demo'] }), toolOf('bash', { tags: ['demo'] })];
