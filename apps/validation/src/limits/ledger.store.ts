import type { ToolExecutionDecided } from '@toolplane/contracts/events';
import { batchOf, type Tx } from '@toolplane/persistence';

/** What uses are counted by. */
export interface CounterKey {
  readonly tenantId: string;
  readonly agent: string;
  readonly toolId: string;
  readonly sessionId: string;
}
export interface Counter extends CounterKey {
  readonly used: number;
}

export interface ExecutionKey {
  readonly tenantId: string;
  readonly executionId: string;
}
export interface StoredDecision extends ExecutionKey {
  /** Null where nobody has decided yet: it is the caller's to do. */
  readonly event: ToolExecutionDecided | null;
}

/** An approval as it is asked for. */
export interface NewApproval extends ExecutionKey {
  readonly id: string;
  readonly toolId: string;
  readonly toolName: string;
  readonly toolVersion: string;
  readonly toolFingerprint: string;
  readonly agent: string | null;
  readonly requester: string;
  readonly onBehalfOf: string;
  readonly payloadDigest: string;
  readonly required: number;
  readonly expiresAt: Date;
}

const counter = batchOf({ tenantId: 'text', agent: 'text', toolId: 'uuid', sessionId: 'text' });
const claim = batchOf({ tenantId: 'text', executionId: 'uuid' }, { first: 5 });
const look = batchOf({ tenantId: 'text', executionId: 'uuid' }, { first: 7 });
/**
 * Makes what is not there yet, locks and reads all of it: whoever counts or decides the same waits here until this transaction has ended.
 * What is only looked up is not locked.
 */
const CLAIM = `
  with counted as (
    insert into validation.counters as c (${counter.columns}) select ${counter.columns} from ${counter.source}
        on conflict (tenant_id, agent, tool_id, session_id) do update set used = c.used
    returning c.tenant_id, c.agent, c.tool_id, c.session_id, c.used),
  claimed as (
    insert into validation.decisions as d (${claim.columns}) select ${claim.columns} from ${claim.source}
        on conflict (tenant_id, execution_id) do update set created_at = d.created_at
    returning d.tenant_id, d.execution_id, d.event)
  select tenant_id as "tenantId", agent, tool_id as "toolId", session_id as "sessionId", used, null::uuid as "executionId", null::json as event, now() as at
    from counted
   union all
  select tenant_id, null, null, null, null, execution_id, event, now() from claimed
   union all
  select d.tenant_id, null, null, null, null, d.execution_id, d.event, now()
    from validation.decisions d join ${look.source} on (d.tenant_id, d.execution_id) = (row.tenant_id, row.execution_id)`;

const used = batchOf({ tenantId: 'text', agent: 'text', toolId: 'uuid', sessionId: 'text', used: 'int' });
const first = batchOf({ tenantId: 'text', executionId: 'uuid', event: 'json' }, { first: 6 });
const approval = batchOf(
  {
    tenantId: 'text', id: 'uuid', executionId: 'uuid', toolId: 'uuid', toolName: 'text', toolVersion: 'text', toolFingerprint: 'text', agent: 'text',
    requester: 'text', onBehalfOf: 'text', payloadDigest: 'text', required: 'int', expiresAt: 'timestamptz',
  },
  { first: 9 },
);
const KEEP = `
  with counted as (
    update validation.counters c set used = row.used from ${used.source}
     where (c.tenant_id, c.agent, c.tool_id, c.session_id) = (row.tenant_id, row.agent, row.tool_id, row.session_id)),
  decided as (
    update validation.decisions d set event = row.event from ${first.source}
     where (d.tenant_id, d.execution_id) = (row.tenant_id, row.execution_id))
  insert into validation.approvals (${approval.columns}) select ${approval.columns} from ${approval.source}`;

const USED = `
  select c.used from validation.counters c where (c.tenant_id, c.agent, c.tool_id, c.session_id) = ($1, $2, $3::uuid, $4)`;

interface ClaimedRow extends Counter, ExecutionKey {
  readonly event: ToolExecutionDecided | null;
  readonly at: Date;
}

/** The two statements of deciding with a memory. Rows are given in key order, each once, so that batches that cross cannot deadlock. */
export const ledgerStore = {
  async claim(tx: Tx, keys: { readonly counters: readonly CounterKey[]; readonly claims: readonly ExecutionKey[]; readonly looks: readonly ExecutionKey[] }) {
    const rows = await tx.query<ClaimedRow>(CLAIM, [...counter.values(keys.counters), ...claim.values(keys.claims), ...look.values(keys.looks)]);
    return {
      counters: rows.filter(({ executionId }) => executionId === null) as readonly Counter[],
      decisions: rows.filter(({ executionId }) => executionId !== null) as readonly StoredDecision[],
      now: rows[0]?.at ?? new Date(),
    };
  },

  async keep(tx: Tx, made: { readonly counters: readonly Counter[]; readonly decisions: readonly StoredDecision[]; readonly approvals: readonly NewApproval[] }) {
    await tx.query(KEEP, [...used.values(made.counters), ...first.values(made.decisions), ...approval.values(made.approvals)]);
  },

  /** For whoever only asks. */
  async used(tx: Tx, { tenantId, agent, toolId, sessionId }: CounterKey): Promise<number> {
    return (await tx.query<{ used: number }>(USED, [tenantId, agent, toolId, sessionId]))[0]?.used ?? 0;
  },
};
