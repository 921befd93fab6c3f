import type { DiffEntry, ToolDefinition } from '@toolplane/contracts/documents';
import type { Said, Stopped } from '../announce/announcer.js';
import { toRegistryTool, toRegistryVersion } from './tool-row.js';
import type { ToolKey } from './tool.store.js';

/** A tool as it now stands. */
export interface Stored extends ToolKey {
  readonly version: string;
  readonly definition: ToolDefinition;
}

export const saidVersion = (stored: Stored): Said => ({ kind: 'tool_version', id: `${stored.id}@${stored.version}`, object: toRegistryVersion(stored) });
export const saidTool = (stored: Stored, diff: readonly DiffEntry[], deleted = false): Said => ({
  kind: 'tool',
  id: stored.id,
  object: toRegistryTool(stored, deleted),
  deleted,
  change: { object: 'tool', id: stored.id, version: stored.version, diff },
});
export const switched = (toolId: string, enabled: boolean): Stopped => ({ kind: 'tool_disabled', target: { type: 'tool', id: toolId }, on: !enabled, reason: null });
