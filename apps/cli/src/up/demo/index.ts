import type { ToolBody } from '@toolplane/contracts/documents';
import { alwaysFails } from './always-fails.js';
import { deleteEverything } from './delete-everything.js';
import { echo } from './echo.js';
import { sandboxHttp } from './sandbox-http.js';
import { sandboxSecret } from './sandbox-secret.js';
import { slowEcho } from './slow-echo.js';
import { webSearch } from './web-search.js';
import { workspaceTools } from './workspace-tools.js';

export const DEMO_TENANT = { id: 'demo', displayName: 'Demo' } as const;

/** Beside those that every tenant begins with. `echo` comes last: whoever knows it knows the others. */
export const demoTools = (sandboxUrl: string): readonly ToolBody[] => [
  slowEcho,
  alwaysFails,
  sandboxHttp(sandboxUrl),
  sandboxSecret(sandboxUrl),
  webSearch(sandboxUrl),
  ...workspaceTools,
  deleteEverything,
  echo,
];
