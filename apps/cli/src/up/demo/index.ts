import type { ToolBody } from '@toolplane/contracts/documents';
import { alwaysFails } from './always-fails.js';
import { deleteEverything } from './delete-everything.js';
import { echo } from './echo.js';
import { sandboxHttp } from './sandbox-http.js';
import { sandboxSecret } from './sandbox-secret.js';
import { slowEcho } from './slow-echo.js';

export const DEMO_TENANT = { id: 'demo', displayName: 'Demo' } as const;

/** `echo` comes last: whoever knows it knows the others. */
export const demoTools = (sandboxUrl: string): readonly ToolBody[] => [
  slowEcho,
  alwaysFails,
  sandboxHttp(sandboxUrl),
  sandboxSecret(sandboxUrl),
  deleteEverything,
  echo,
];
