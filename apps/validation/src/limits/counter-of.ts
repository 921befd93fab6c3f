import type { Case } from '../decide/rule.js';
import { isControl } from '../decide/rules/control.js';
import type { CounterKey } from './ledger.store.js';

/** What the uses of a request are counted by, and how many there may be; null where nothing limits them. */
export function counterOf({ tenantId, agent, assignment, sessionId, tool }: Case): { readonly key: CounterKey; readonly limit: number } | null {
  if (agent === null || sessionId === null || !assignment || !tool || assignment.usageLimit < 0 || isControl(tool)) return null;
  return { key: { tenantId, agent, toolId: tool.id, sessionId }, limit: assignment.usageLimit };
}
