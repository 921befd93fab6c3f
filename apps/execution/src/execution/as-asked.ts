import { wireError } from '@toolplane/contracts/errors';
import type { Dated } from './applied.js';
import type { ExecutionRow } from './execution-row.js';
import type { Trigger } from './state-machine.js';

/** What may run after an approval is what was asked for, of the version that was pinned then; anything else has not been approved. */
export function asAsked({ trigger, decision: decided }: Pick<Dated, 'trigger' | 'decision'>, { status, context: { approval }, inputDigest, toolVersion }: ExecutionRow): Trigger {
  if (status !== 'awaiting_approval' || trigger.type !== 'decided' || trigger.outcome !== 'allowed' || !decided) return trigger;
  const { data } = decided;
  const same = data.approval?.decision === 'approved' && data.approval.id === approval?.id && data.inputDigest === inputDigest && data.tool?.version === toolVersion;
  return same ? trigger : { type: 'decided', outcome: 'rejected', error: wireError('APPROVAL_VOID') };
}
