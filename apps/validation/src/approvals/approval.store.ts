import type { ToolExecutionDecided } from '@toolplane/contracts/events';
import { batchOf, type Tx } from '@toolplane/persistence';
import type { ApprovalStatus } from '@toolplane/contracts/http';

/** An approval that is locked, to be turned. */
export interface LockedApproval {
  readonly tenantId: string;
  readonly id: string;
  readonly status: ApprovalStatus;
  readonly toolId: string;
  readonly toolFingerprint: string;
  readonly requester: string;
  readonly onBehalfOf: string;
  readonly payloadDigest: string;
  readonly required: number;
  /** Whether its time has passed, by the database's clock. */
  readonly overdue: boolean;
  /** The decision that asked for it. */
  readonly first: ToolExecutionDecided;
  /** Database time of this transaction. */
  readonly now: Date;
}

export interface ApprovalKey {
  readonly tenantId: string;
  readonly id: string;
}

/** A tool as approvals that are still open are bound to it. */
export interface BoundTool {
  readonly tenantId: string;
  readonly toolId: string;
  readonly toolFingerprint: string;
}

const LOCKED = `
  select a.tenant_id as "tenantId", a.id, a.status, a.tool_id as "toolId", a.tool_fingerprint as "toolFingerprint", a.requester,
         a.on_behalf_of as "onBehalfOf", a.payload_digest as "payloadDigest", a.required, a.expires_at <= now() as overdue, d.event as first, now() as now
    from validation.approvals a join validation.decisions d on (d.tenant_id, d.execution_id) = (a.tenant_id, a.execution_id)`;
const ONE = `${LOCKED} where a.tenant_id = $1 and a.id = $2 for update of a`;
/** What another transaction holds is about to be decided there. */
const OVERDUE = `${LOCKED} where a.status = 'pending' and a.expires_at <= now() order by a.expires_at limit $1 for update of a skip locked`;
const bound = batchOf({ tenantId: 'text', toolId: 'uuid', toolFingerprint: 'text' }, { first: 2 });
const BOUND_TO = `${LOCKED}
   where a.status in ('pending', 'approved') and (a.tenant_id, a.tool_id, a.tool_fingerprint) in (select row.tenant_id, row.tool_id, row.tool_fingerprint from ${bound.source})
   order by a.tenant_id, a.id limit $1 for update of a skip locked`;
const ended = batchOf({ tenantId: 'text', executionId: 'uuid' });
const OF_EXECUTIONS = `${LOCKED} join ${ended.source} on (a.tenant_id, a.execution_id) = (row.tenant_id, row.execution_id)
   where a.status in ('pending', 'approved') order by a.tenant_id, a.id for update of a`;

const BOUND_TOOLS = `
  select distinct a.tenant_id as "tenantId", a.tool_id as "toolId", a.tool_fingerprint as "toolFingerprint"
    from validation.approvals a where a.status in ('pending', 'approved') and ($1::uuid[] is null or a.tool_id = any($1))`;

const turned = batchOf({ tenantId: 'text', id: 'uuid', status: 'text' });
const TURN = `
  update validation.approvals a
     set status = row.status, approved_at = case when row.status = 'approved' then now() else a.approved_at end,
         closed_at = case when row.status <> 'approved' then now() end
    from ${turned.source}
   where (a.tenant_id, a.id) = (row.tenant_id, row.id)`;

const turnRow = batchOf({ tenantId: 'text', approvalId: 'uuid', turn: 'text', event: 'json' });
const KEEP_TURNS = `insert into validation.approval_turns (${turnRow.columns}) select ${turnRow.columns} from ${turnRow.source}`;

const DECIDE = `
  insert into validation.approval_decisions (tenant_id, approval_id, by_id, requester, on_behalf_of, decision, comment)
  values ($1, $2, $3, $4, $5, $6, $7) on conflict (tenant_id, approval_id, by_id) do nothing
  returning (select count(*) from validation.approval_decisions d where d.tenant_id = $1 and d.approval_id = $2 and d.decision = 'approved')::int as before`;

/** The statements of an approval's life. Whoever turns one holds its lock. */
export const approvalStore = {
  async one(tx: Tx, tenantId: string, id: string): Promise<LockedApproval | null> {
    return (await tx.query<LockedApproval>(ONE, [tenantId, id]))[0] ?? null;
  },
  overdue: (tx: Tx, limit: number): Promise<LockedApproval[]> => tx.query(OVERDUE, [limit]),
  boundTo: (tx: Tx, tools: readonly BoundTool[], limit: number): Promise<LockedApproval[]> => tx.query(BOUND_TO, [limit, ...bound.values(tools)]),
  ofExecutions: (tx: Tx, executions: readonly { readonly tenantId: string; readonly executionId: string }[]): Promise<LockedApproval[]> =>
    tx.query(OF_EXECUTIONS, ended.values(executions)),
  /** Of these tools, or of all. */
  boundTools: (tx: Tx, toolIds: readonly string[] | null): Promise<BoundTool[]> => tx.query(BOUND_TOOLS, [toolIds]),

  async turn(tx: Tx, approvals: readonly ApprovalKey[], status: Exclude<ApprovalStatus, 'pending'>): Promise<void> {
    if (approvals.length > 0) await tx.query(TURN, turned.values(approvals.map(({ tenantId, id }) => ({ tenantId, id, status }))));
  },

  /** The events that tell of turns, to be told again should the log lose them. */
  async keepTurns(tx: Tx, turns: readonly { readonly tenantId: string; readonly approvalId: string; readonly turn: string; readonly event: ToolExecutionDecided }[]): Promise<void> {
    if (turns.length > 0) await tx.query(KEEP_TURNS, turnRow.values(turns));
  },

  /**
   * What a person says. Answers how many have approved so far, this one included; null where that person has said something before.
   * @throws the driver's error where a constraint refuses the person
   */
  async decide(tx: Tx, { tenantId, id, requester, onBehalfOf }: LockedApproval, by: string, decision: 'approved' | 'denied', comment: string | null): Promise<number | null> {
    const [row] = await tx.query<{ before: number }>(DECIDE, [tenantId, id, by, requester, onBehalfOf, decision, comment]);
    return row ? row.before + (decision === 'approved' ? 1 : 0) : null;
  },
};
