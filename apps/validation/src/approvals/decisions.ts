import { Injectable } from '@nestjs/common';
import { ToolplaneError } from '@toolplane/contracts/errors';
import { Database, type Tx } from '@toolplane/persistence';
import type { Caller } from '@toolplane/service-kit';
import { ProjectionState } from '../projection/projection-state.js';
import { ApprovalChanges } from './approval-changes.js';
import { approvalStore, type LockedApproval } from './approval.store.js';

/** What came of saying something; `lapsed` is written, then told. */
type Said = 'said' | 'lapsed' | 'unknown' | 'not pending' | 'said before' | 'not theirs' | 'not known yet';

/** What people say of approvals. */
@Injectable()
export class Decisions {
  constructor(
    private readonly database: Database,
    private readonly changes: ApprovalChanges,
    private readonly projection: ProjectionState,
  ) {}

  /** @throws ToolplaneError NOT_FOUND, FORBIDDEN, APPROVAL_DECIDED, NOT_READY */
  async decide({ tenantId, principal }: Caller, id: string, decision: 'approved' | 'denied', comment: string | null): Promise<void> {
    if (principal.type !== 'user') throw new ToolplaneError('FORBIDDEN', { message: 'only a person decides: use a key of type user' });
    // Whether the tool is still the one that was asked for is not known before.
    this.projection.mustBeComplete();
    const said = await this.database.asTenant(tenantId, async (tx) => {
      const approval = await approvalStore.one(tx, tenantId, id);
      return approval ? this.say(tx, approval, principal.id, decision, comment) : 'unknown';
    });
    refuse(said);
  }

  private async say(tx: Tx, approval: LockedApproval, by: string, decision: 'approved' | 'denied', comment: string | null): Promise<Said> {
    if (by === approval.requester || by === approval.onBehalfOf) return 'not theirs';
    if (approval.status !== 'pending') return 'not pending';
    if (!this.changes.isKnown(approval)) return 'not known yet';
    const lapse = this.changes.lapseOf(approval);
    if (lapse) {
      await this.changes.lapse(tx, [approval], lapse);
      return 'lapsed';
    }
    const approvals = await approvalStore.decide(tx, approval, by, decision, comment);
    if (approvals === null) return 'said before';
    if (decision === 'denied' || approvals >= approval.required) await this.changes.turn(tx, [approval], { to: decision, by, comment });
    return 'said';
  }
}

function refuse(said: Said): void {
  switch (said) {
    case 'said':
      return;
    case 'unknown':
      throw new ToolplaneError('NOT_FOUND', { message: 'there is no such approval' });
    case 'not theirs':
      throw new ToolplaneError('FORBIDDEN', { message: 'whoever asked, and whom it was asked for, does not decide' });
    case 'said before':
      throw new ToolplaneError('APPROVAL_DECIDED', { message: 'you have decided about this approval already' });
    case 'not known yet':
      throw new ToolplaneError('NOT_READY', { message: 'the definition of the tool is still being read' });
    case 'lapsed':
    case 'not pending':
      throw new ToolplaneError('APPROVAL_DECIDED');
  }
}
