import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '@toolplane/persistence';
import { ProjectionState } from '../projection/projection-state.js';
import { ApprovalChanges, EXPIRED, TOOL_CHANGED, type Lapse } from './approval-changes.js';
import { approvalStore, type LockedApproval } from './approval.store.js';
import { ChangedTools } from './changed-tools.js';

const BATCH = 200;
const LEAD = `select pg_try_advisory_xact_lock(hashtext('validation.approvals')) as leads`;

/** Ends approvals that nobody answered in time, and those whose tool has changed. One instance does it at a time. */
@Injectable()
export class ApprovalSweep {
  constructor(
    private readonly database: Database,
    private readonly changes: ApprovalChanges,
    private readonly tools: ChangedTools,
    private readonly projection: ProjectionState,
  ) {}

  /** One round. @returns how many approvals it ended. */
  async run(): Promise<number> {
    // What has not been read yet would look as if it had changed.
    const tools = this.projection.isComplete ? this.tools.take() : [];
    try {
      const ended = await this.database.asWorker(async (tx) => {
        const [lock] = await tx.query<{ leads: boolean }>(LEAD);
        return lock?.leads ? (await this.expire(tx)) + (await this.voidChanged(tx, tools)) : null;
      });
      // Another one leads: should it be lost, everything is to be looked at here.
      if (ended === null) this.tools.all();
      return ended ?? 0;
    } catch (error) {
      this.tools.all();
      throw error;
    }
  }

  private expire(tx: Tx): Promise<number> {
    return this.end(tx, EXPIRED, () => approvalStore.overdue(tx, BATCH));
  }

  private async voidChanged(tx: Tx, tools: readonly string[] | null): Promise<number> {
    if (tools?.length === 0) return 0;
    const changed = (await approvalStore.boundTools(tx, tools)).filter((bound) => this.changes.isChanged(bound));
    return changed.length === 0 ? 0 : this.end(tx, TOOL_CHANGED, () => approvalStore.boundTo(tx, changed, BATCH));
  }

  private async end(tx: Tx, lapse: Lapse, next: () => Promise<readonly LockedApproval[]>): Promise<number> {
    for (let ended = 0; ; ) {
      const approvals = await next();
      await this.changes.lapse(tx, approvals, lapse);
      ended += approvals.length;
      if (approvals.length < BATCH) return ended;
    }
  }
}
