import { wireError, type ExecutionError } from '@toolplane/contracts/errors';
import { batchOf, type Tx } from '@toolplane/persistence';

interface Attempt {
  readonly tenantId: string;
  readonly id: string;
  readonly attempt: number;
}
/** An attempt that may still be made, unless its approval is not what it was. */
export interface Waiting {
  readonly voided: ExecutionError | null;
}

const key = batchOf({ tenantId: 'text', id: 'uuid' });
const WAITING = `
  select e.tenant_id as "tenantId", e.id, e.attempt, e.context -> 'approval' ->> 'decision' as approval
    from execution.executions e join ${key.source} on (e.tenant_id, e.id) = (row.tenant_id, row.id)
   where e.status || '' = 'running'`;

const VOIDED: Waiting = Object.freeze({ voided: wireError('APPROVAL_VOID') });
const FREE: Waiting = Object.freeze({ voided: null });

/** Looks up which of these attempts are still the present one of an execution that runs. */
export async function waitingAttempts(tx: Tx, attempts: readonly Attempt[]): Promise<(tenantId: string, id: string, attempt: number) => Waiting | null> {
  const rows = await tx.query<Attempt & { readonly approval: string | null }>(WAITING, key.values(attempts));
  const found = new Map(rows.map(({ tenantId, id, attempt, approval }) => [`${tenantId} ${id} ${attempt}`, approval === null || approval === 'approved' ? FREE : VOIDED]));
  return (tenantId, id, attempt) => found.get(`${tenantId} ${id} ${attempt}`) ?? null;
}
