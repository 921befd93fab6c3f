import { Injectable } from '@nestjs/common';
import type { Received } from '@toolplane/contracts/envelope';
import { EventLog } from '@toolplane/messaging';
import { Database, Positions } from '@toolplane/persistence';
import { ApprovalChanges, EXECUTION_ENDED } from './approval-changes.js';
import { approvalStore } from './approval.store.js';

type Ended = Received & { readonly data: { readonly executionId: string; readonly approvalId?: string | null } };

/**
 * What becomes of an approval when its execution has ended: one that was given is used, whatever came of the call; one that still waits is
 * void, and nobody is asked any more.
 */
@Injectable()
export class EndedExecutions {
  constructor(
    private readonly database: Database,
    private readonly changes: ApprovalChanges,
    private readonly positions: Positions,
    private readonly log: EventLog,
  ) {}

  async close(events: readonly Ended[]): Promise<void> {
    const approved = events.filter(({ data }) => typeof data.approvalId === 'string');
    if (approved.length === 0) return;
    const executions = new Map(approved.map(({ tenantid, data: { executionId } }) => [`${tenantid} ${executionId}`, { tenantId: tenantid, executionId }]));
    await this.database.asWorker(async (tx) => {
      const open = await approvalStore.ofExecutions(tx, [...executions.values()]);
      await approvalStore.turn(tx, open.filter(({ status }) => status === 'approved'), 'used');
      // Through the outbox: told again, this record would find the approval void and say nothing.
      await this.changes.lapse(tx, open.filter(({ status }) => status === 'pending'), EXECUTION_ENDED);
      await this.positions.advance(tx, events, this.log.clusterId);
    });
  }
}

/** Few executions had an approval: the others are passed over unparsed. Says yes too often where a payload holds that text, which costs time only. */
export const hadApproval = ({ value }: { readonly value: Buffer | null }): boolean => value?.includes('"approvalId":"') ?? false;
