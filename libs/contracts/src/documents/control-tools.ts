import { foldName } from './names.js';

/** Tools that steer an agent: always in its set and its prompt, without side effect, never assigned, denied or approved. */
export const CONTROL_TOOLS = ['task_success', 'task_error', 'finish'] as const;
export type ControlTool = (typeof CONTROL_TOOLS)[number];
export const CONTROL_CATEGORY = 'control';

const folded: ReadonlySet<string> = new Set(CONTROL_TOOLS.map(foldName));
export const isControlTool = (name: string): boolean => folded.has(foldName(name));
