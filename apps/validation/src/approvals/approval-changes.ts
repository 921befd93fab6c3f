import { Injectable } from '@nestjs/common';
import { Outbox, type Tx } from '@toolplane/persistence';
import { digest } from '@toolplane/security/chain';
import { RegistryProjection } from '../projection/registry-projection.js';
import { approvalStore, type BoundTool, type LockedApproval } from './approval.store.js';
import { toolFingerprint } from './tool-fingerprint.js';
import { turnEvent, type Turn } from './turn.js';

/** Why nothing can be said about an approval any more, and what is to become of it. */
export type Lapse = Pick<Turn, 'comment'> & { readonly to: 'expired' | 'void' };

export const EXPIRED: Lapse = { to: 'expired', comment: null };
export const TOOL_CHANGED: Lapse = { to: 'void', comment: 'the tool was changed' };
const REWRITTEN: Lapse = { to: 'void', comment: 'the arguments are not those that were asked for' };
export const EXECUTION_ENDED: Lapse = { to: 'void', comment: 'the execution has ended' };

/** Turns approvals: the row and its event in one transaction. The trigger is a person or a timer, so the event goes through the outbox. */
@Injectable()
export class ApprovalChanges {
  constructor(
    private readonly outbox: Outbox,
    private readonly registry: RegistryProjection,
  ) {}

  /** Whether what is approved is still what would run: in time, the same tool, the same arguments. Null where it is. */
  lapseOf(approval: LockedApproval): Lapse | null {
    if (approval.status === 'pending' && approval.overdue) return EXPIRED;
    if (this.isChanged(approval)) return TOOL_CHANGED;
    return digest(approval.first.data.input) === approval.payloadDigest ? null : REWRITTEN;
  }

  /** A tool that was deleted has changed, too. One that nobody has told of has not: the log may be new, and is about to be told. */
  isChanged(bound: BoundTool): boolean {
    const { tool, current } = this.definitionOf(bound);
    return tool !== undefined && (tool.deleted || (current !== undefined && toolFingerprint(tool, current) !== bound.toolFingerprint));
  }

  /** Whether it can be said that it has not changed. */
  isKnown(bound: BoundTool): boolean {
    const { tool, current } = this.definitionOf(bound);
    return tool?.deleted === true || current !== undefined;
  }

  private definitionOf({ tenantId, toolId }: BoundTool) {
    const tool = this.registry.toldOf(tenantId, toolId);
    return { tool, current: tool && this.registry.version(tool, tool.currentVersion) };
  }

  /** For approvals that this transaction has locked. */
  async turn(tx: Tx, approvals: readonly LockedApproval[], turn: Omit<Turn, 'at'>): Promise<void> {
    await approvalStore.turn(tx, approvals, turn.to);
    const told = approvals.map(({ tenantId, id, first, now }) => ({ tenantId, approvalId: id, turn: turn.to, event: turnEvent(first, { ...turn, at: now }) }));
    await approvalStore.keepTurns(tx, told);
    await this.outbox.add(tx, told.map(({ event }) => ({ event })));
  }

  lapse(tx: Tx, approvals: readonly LockedApproval[], { to, comment }: Lapse): Promise<void> {
    return this.turn(tx, approvals, { to, by: null, comment });
  }
}
