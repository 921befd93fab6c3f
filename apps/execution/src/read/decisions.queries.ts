import type { Tx } from '@toolplane/persistence';
import type { ExecutionContext, ExecutionRow } from '../execution/execution-row.js';
import type { After } from './executions.queries.js';

export interface DecisionFilter {
  readonly toolId?: string | undefined;
  readonly agent?: string | undefined;
  /** Inclusive. */
  readonly from?: string | undefined;
  /** Exclusive. */
  readonly to?: string | undefined;
  /** Of all that fits only so many, the newest. */
  readonly last: number;
}

export interface DecisionRow extends Pick<ExecutionRow, 'toolId' | 'toolName' | 'toolVersion' | 'agent' | 'sessionId' | 'input' | 'inputDigest' | 'createdAt'> {
  readonly executionId: string;
  readonly decision: NonNullable<ExecutionContext['decision']>;
}

const COLUMNS = `
  e.id as "executionId", e.created_at as "createdAt", e.tool_id as "toolId", e.tool_name as "toolName", e.tool_version as "toolVersion", e.agent,
  e.session_id as "sessionId", e.context -> 'decision' as decision, e.input, e.input_digest as "inputDigest"`;

export const decisionsQueries = {
  /** Oldest first. The first page looks where the last ones begin; the others go on from there. */
  list(tx: Tx, tenantId: string, { toolId, agent, from, to, last }: DecisionFilter, limit: number, after: After | null): Promise<DecisionRow[]> {
    const values: unknown[] = [tenantId];
    const bind = (value: unknown): string => `$${values.push(value)}`;
    const where = ['e.tenant_id = $1'];
    if (toolId !== undefined) where.push(`e.tool_id = ${bind(toolId)}`);
    if (agent !== undefined) where.push(`e.agent = ${bind(agent)}`);
    if (from !== undefined) where.push(`e.created_at >= ${bind(from)}`);
    if (to !== undefined) where.push(`e.created_at < ${bind(to)}`);
    // Last, because it reads a document: only of rows that fit otherwise.
    where.push(`e.context -> 'decision' is not null`);
    const fits = where.join(' and ');
    if (after) {
      const later = `(e.created_at, e.id) > (${bind(after.at)}::timestamptz, ${bind(after.id)}::uuid)`;
      return tx.query<DecisionRow>(`select ${COLUMNS} from execution.executions e where ${fits} and ${later} ${ORDER} limit ${bind(limit)}`, values);
    }
    const first = `select e.created_at, e.id from execution.executions e where ${fits} order by e.created_at desc, e.id desc offset ${bind(last - 1)} limit 1`;
    return tx.query<DecisionRow>(
      `with first as (${first})
       select ${COLUMNS} from execution.executions e
        where ${fits} and (not exists (select from first) or (e.created_at, e.id) >= (select created_at, id from first)) ${ORDER} limit ${bind(limit)}`, values);
  },
};
const ORDER = 'order by e.created_at, e.id';
