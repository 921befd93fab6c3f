import type { ToolExecutionDecided } from '@toolplane/contracts/events';
import type { Approval, ApprovalStatus } from '@toolplane/contracts/http';
import type { Tx } from '@toolplane/persistence';

type Decided = ToolExecutionDecided;
/** An approval with the decision that asked for it, and the tool's last approved one. */
export interface ApprovalRow {
  readonly id: string;
  readonly executionId: string;
  readonly status: ApprovalStatus;
  readonly toolId: string;
  readonly toolName: string;
  readonly toolVersion: string;
  readonly required: number;
  readonly expiresAt: Date;
  readonly createdAt: Date;
  readonly first: Decided;
  readonly decisions: Approval['decisions'];
  readonly last: { readonly executionId: string; readonly input: Record<string, unknown>; readonly sensitive: readonly string[] } | null;
}

/** Repeated filters are alternatives. */
export interface ApprovalFilter {
  readonly status?: readonly string[] | undefined;
  /** Names or ids. */
  readonly tool?: readonly string[] | undefined;
  readonly agent?: readonly string[] | undefined;
  readonly executionId?: readonly string[] | undefined;
}

const SELECT = `
  select a.id, a.execution_id as "executionId", a.status, a.tool_id as "toolId", a.tool_name as "toolName", a.tool_version as "toolVersion", a.required,
         a.expires_at as "expiresAt", a.created_at as "createdAt", d.event as first,
         (select coalesce(json_agg(json_build_object('by', s.by_id, 'decision', s.decision, 'comment', s.comment,
                   'at', to_char(s.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) order by s.at, s.by_id), '[]')
            from validation.approval_decisions s where s.tenant_id = a.tenant_id and s.approval_id = a.id) as decisions,
         (select json_build_object('executionId', l.execution_id, 'input', e.event -> 'data' -> 'input', 'sensitive', e.event -> 'data' -> 'tool' -> 'sensitive' -> 'input')
            from validation.approvals l join validation.decisions e on (e.tenant_id, e.execution_id) = (l.tenant_id, l.execution_id)
           where l.tenant_id = a.tenant_id and l.tool_id = a.tool_id and l.id <> a.id and l.approved_at is not null
           order by l.approved_at desc limit 1) as last
    from validation.approvals a join validation.decisions d on (d.tenant_id, d.execution_id) = (a.tenant_id, a.execution_id)`;

export const approvalsQueries = {
  async one(tx: Tx, tenantId: string, id: string): Promise<ApprovalRow | null> {
    return (await tx.query<ApprovalRow>(`${SELECT} where a.tenant_id = $1 and a.id = $2`, [tenantId, id]))[0] ?? null;
  },

  /** Newest first, from `after` on; at most `limit` rows. */
  list(tx: Tx, tenantId: string, filter: ApprovalFilter, limit: number, after: { readonly at: string; readonly id: string } | null): Promise<ApprovalRow[]> {
    const values: unknown[] = [tenantId];
    const bind = (value: unknown): string => `$${values.push(value)}`;
    const where = ['a.tenant_id = $1'];
    const { status, tool, agent, executionId } = filter;
    if (status?.length) where.push(`a.status = any(${bind(status)})`);
    if (agent?.length) where.push(`a.agent = any(${bind(agent)})`);
    if (executionId?.length) where.push(`a.execution_id = any(${bind(executionId)}::uuid[])`);
    if (tool?.length) where.push(`(a.tool_name = any(${bind(tool)}) or a.tool_id::text = any($${values.length}))`);
    if (after) where.push(`(a.created_at, a.id) < (${bind(after.at)}::timestamptz, ${bind(after.id)}::uuid)`);
    return tx.query<ApprovalRow>(`${SELECT} where ${where.join(' and ')} order by a.created_at desc, a.id desc limit ${bind(limit)}`, values);
  },
};
