import { batchOf, type Tx } from '@toolplane/persistence';
import { ROW, type ExecutionContext, type ExecutionRow } from '../execution/execution-row.js';

/** A request over HTTP that passed every check and is to become an execution. */
export interface Acceptance {
  readonly tenantId: string;
  readonly executionId: string;
  readonly idempotencyKey: string | null;
  /** Keyed hash of path and body: the same key with another one is refused. */
  readonly fingerprint: string;
  readonly requestDigest: string;
  readonly toolId: string;
  readonly toolName: string;
  readonly toolVersion: string | null;
  readonly agent: string | null;
  readonly sessionId: string | null;
  readonly exceptionId: string | null;
  readonly correlationId: string | null;
  readonly context: ExecutionContext;
  readonly input: Record<string, unknown>;
  readonly deadline: Date | null;
}

const key = batchOf({ tenantId: 'text', idempotencyKey: 'text', fingerprint: 'text', executionId: 'uuid' });
/** A key that has outlived its day belongs to whoever uses it next. */
const CLAIM_KEYS = `
  insert into execution.idempotency_keys as k (tenant_id, key, fingerprint, execution_id)
  select row.tenant_id, row.idempotency_key, row.fingerprint, row.execution_id from ${key.source}
      on conflict (tenant_id, key) do update set fingerprint = excluded.fingerprint, execution_id = excluded.execution_id, created_at = now()
         where k.created_at < now() - interval '24 hours'
  returning k.tenant_id as "tenantId", k.key`;

const named = batchOf({ tenantId: 'text', idempotencyKey: 'text' });
const KEYS = `
  select k.tenant_id as "tenantId", k.key, k.fingerprint, k.execution_id as "executionId", k.created_at as "createdAt"
    from execution.idempotency_keys k join ${named.source} on (k.tenant_id, k.key) = (row.tenant_id, row.idempotency_key)`;
const FREE_KEYS = `
  delete from execution.idempotency_keys k using ${named.source} where (k.tenant_id, k.key) = (row.tenant_id, row.idempotency_key)`;

const accepted = batchOf({
  tenantId: 'text', executionId: 'uuid', requestDigest: 'text', toolId: 'text', toolName: 'text', toolVersion: 'text', agent: 'text',
  sessionId: 'text', exceptionId: 'text', correlationId: 'text', context: 'json', input: 'json', deadline: 'timestamptz',
});
const ACCEPT = `
  insert into execution.executions as e (tenant_id, id, status, request_digest, tool_id, tool_name, tool_version, agent, session_id,
         exception_id, correlation_id, context, input, deadline)
  select row.tenant_id, row.execution_id, 'requested', row.request_digest, row.tool_id, row.tool_name, row.tool_version, row.agent,
         row.session_id, row.exception_id, row.correlation_id, row.context, row.input, row.deadline
    from ${accepted.source}
      on conflict (tenant_id, id) do nothing
  returning ${ROW}`;

const keys = batchOf({ tenantId: 'text', id: 'uuid' });
const ROWS = `select ${ROW} from execution.executions e join ${keys.source} on (e.tenant_id, e.id) = (row.tenant_id, row.id)`;

export interface ClaimedKey {
  readonly tenantId: string;
  readonly key: string;
  readonly fingerprint: string;
  readonly executionId: string;
  readonly createdAt: Date;
}

/** What a key is claimed with: an execution, or another thing that is started once. */
type Claimant = Pick<Acceptance, 'tenantId' | 'idempotencyKey' | 'fingerprint' | 'executionId'>;

/** The statements of accepting, in the order they are used. All take rows in key order, so that batches cannot deadlock. */
export const acceptanceStore = {
  claimKeys: (tx: Tx, acceptances: readonly Claimant[]): Promise<Pick<ClaimedKey, 'tenantId' | 'key'>[]> =>
    tx.query(CLAIM_KEYS, key.values(acceptances)),
  keys: (tx: Tx, acceptances: readonly Claimant[]): Promise<ClaimedKey[]> => tx.query(KEYS, named.values(acceptances)),
  /** A request that is refused leaves its key free. */
  freeKeys: async (tx: Tx, acceptances: readonly Pick<Acceptance, 'tenantId' | 'idempotencyKey'>[]): Promise<void> => {
    await tx.query(FREE_KEYS, named.values(acceptances));
  },
  insert: (tx: Tx, acceptances: readonly Acceptance[]): Promise<ExecutionRow[]> => tx.query(ACCEPT, accepted.values(acceptances)),
  rows: (tx: Tx, ids: readonly { readonly tenantId: string; readonly id: string }[]): Promise<ExecutionRow[]> => tx.query(ROWS, keys.values(ids)),
};
