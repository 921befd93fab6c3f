import { wireError } from '@toolplane/contracts/errors';
import { createEvent, ToolExecutionDecided, type Outgoing } from '@toolplane/contracts/events';
import { deriveEventId } from '@toolplane/contracts/ids';

/** Where an approval can go, from where it waits or, as `void`, from where it was given. */
export interface Turn {
  readonly to: 'approved' | 'denied' | 'expired' | 'void';
  /** Id of the principal; null where no person is behind it. */
  readonly by: string | null;
  readonly comment: string | null;
  /** Database time of the transaction that makes it. */
  readonly at: Date;
}

const REFUSAL = {
  denied: { code: 'APPROVAL_DENIED', reason: 'the approval was denied' },
  expired: { code: 'APPROVAL_EXPIRED', reason: 'nobody approved in time' },
  void: { code: 'APPROVAL_VOID', reason: 'the approval is void' },
} as const;

/**
 * The event of a turn: the first decision once more, all that was pinned in it included, with what became of its approval. Each turn comes
 * once at most, so that its id is the approval's and its name.
 */
export function turnEvent(first: ToolExecutionDecided, { to, by, comment, at }: Turn): Outgoing<ToolExecutionDecided> {
  const { approval, executionId, rules, ...data } = first.data;
  if (!approval) throw new Error(`execution ${executionId} waits for no approval`);
  const others = rules.filter(({ rule }) => rule !== 'approval');
  const refusal = to === 'approved' ? null : REFUSAL[to];
  const error = refusal && wireError(refusal.code, { message: comment === null ? refusal.reason : `${refusal.reason}: ${comment}` });
  return createEvent(ToolExecutionDecided, {
    tenantId: first.tenantid,
    id: deriveEventId(first.tenantid, executionId, `decided:${approval.id}:${to}`),
    subject: executionId,
    source: 'validation',
    time: at,
    causationId: first.id,
    traceparent: first.traceparent,
    data: {
      ...data,
      executionId,
      outcome: refusal ? 'rejected' : 'allowed',
      error: error && { ...error, errors: [...error.errors] },
      // What passes is expanded from the rule set.
      rules: refusal ? [...others, { rule: 'approval', verdict: 'fail', code: refusal.code, reason: refusal.reason }] : others,
      approval: { ...approval, decision: to, by, comment },
    },
  });
}
