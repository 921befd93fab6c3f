import type { Tx } from '@toolplane/persistence';
import { ROW, type ExecutionRow } from '../execution/execution-row.js';

/** Filters of the list; repeated ones are alternatives. */
export interface ExecutionFilter {
  readonly tool?: readonly string[] | undefined;
  readonly toolId?: readonly string[] | undefined;
  readonly exceptionId?: readonly string[] | undefined;
  readonly status?: readonly string[] | undefined;
  readonly code?: readonly string[] | undefined;
  readonly sessionId?: readonly string[] | undefined;
  readonly agent?: readonly string[] | undefined;
  readonly correlationId?: readonly string[] | undefined;
  /** Inclusive. */
  readonly from?: string | undefined;
  /** Exclusive. */
  readonly to?: string | undefined;
  /** Only what had ended then. */
  readonly endedBy?: Date | undefined;
}

export interface After {
  readonly at: string;
  readonly id: string;
}

const ONE = `select ${ROW} from execution.executions e where e.tenant_id = $1 and e.id = $2`;
const COLUMN_OF = {
  toolId: 'e.tool_id', exceptionId: 'e.exception_id', status: 'e.status', code: `e.error ->> 'code'`,
  sessionId: 'e.session_id', agent: 'e.agent', correlationId: 'e.correlation_id',
} as const;

export const executionsQueries = {
  async one(tx: Tx, tenantId: string, id: string): Promise<ExecutionRow | null> {
    return (await tx.query<ExecutionRow>(ONE, [tenantId, id]))[0] ?? null;
  },

  /** Newest first, from `after` on; at most `limit` rows. */
  list(tx: Tx, tenantId: string, filter: ExecutionFilter, limit: number, after: After | null): Promise<ExecutionRow[]> {
    const { where, values, bind } = conditions(tenantId, filter);
    if (after) where.push(`(e.created_at, e.id) < (${bind(after.at)}::timestamptz, ${bind(after.id)}::uuid)`);
    return tx.query<ExecutionRow>(
      `select ${ROW} from execution.executions e where ${where.join(' and ')}
        order by e.created_at desc, e.id desc limit ${bind(limit)}`, values);
  },

  /** How many there are, and how many of them name no tool that ever existed. */
  async count(tx: Tx, tenantId: string, filter: ExecutionFilter): Promise<{ readonly matched: number; readonly skipped: number }> {
    const { where, values } = conditions(tenantId, filter);
    const [row] = await tx.query<{ matched: number; skipped: number }>(
      `select count(*) as matched, count(*) filter (where e.tool_id is null) as skipped from execution.executions e where ${where.join(' and ')}`, values);
    return row ?? { matched: 0, skipped: 0 };
  },
};

function conditions(tenantId: string, filter: ExecutionFilter) {
  const values: unknown[] = [tenantId];
  const bind = (value: unknown): string => `$${values.push(value)}`;
  const where = ['e.tenant_id = $1'];
  for (const [name, column] of Object.entries(COLUMN_OF)) {
    const wanted = filter[name as keyof typeof COLUMN_OF];
    if (wanted && wanted.length > 0) where.push(`${column} = any(${bind(wanted)})`);
  }
  if (filter.tool && filter.tool.length > 0) where.push(`(e.tool_name = any(${bind(filter.tool)}) or e.tool_id = any($${values.length}))`);
  if (filter.from) where.push(`e.created_at >= ${bind(filter.from)}`);
  if (filter.to) where.push(`e.created_at < ${bind(filter.to)}`);
  if (filter.endedBy) where.push(`e.finished_at <= ${bind(filter.endedBy)}`);
  return { where, values, bind };
}
