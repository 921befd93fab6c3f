import { ToolplaneError } from '@toolplane/contracts/errors';
import type { Tx } from '@toolplane/persistence';

/** A request that may be repeated: its key, and what tells it from another one under the same key. */
export interface KeyedRequest {
  readonly key: string | null;
  readonly fingerprint: string;
}

/** A key that has outlived its day belongs to whoever uses it next. */
const CLAIM = `
  insert into playbook.idempotency_keys as k (tenant_id, key, fingerprint, run_id) values ($1, $2, $3, $4)
      on conflict (tenant_id, key) do update set fingerprint = excluded.fingerprint, run_id = excluded.run_id, created_at = now()
         where k.created_at < now() - interval '24 hours'
  returning k.key`;
const EARLIER = `
  select k.fingerprint, k.run_id as "runId" from playbook.idempotency_keys k
   where (k.tenant_id, k.key) = ($1, $2) and k.created_at >= now() - interval '24 hours'`;
const FORGET = `delete from playbook.idempotency_keys k where k.tenant_id = $1 and k.created_at < now() - interval '25 hours'`;

interface Earlier {
  readonly fingerprint: string;
  readonly runId: string;
}

export const idempotencyStore = {
  /**
   * The run of an earlier request under this key; undefined where there was none.
   * @throws ToolplaneError IDEMPOTENCY_KEY_REUSED where that was another request
   */
  async earlier(tx: Tx, tenantId: string, { key, fingerprint }: KeyedRequest): Promise<string | undefined> {
    const [found] = key === null ? [] : await tx.query<Earlier>(EARLIER, [tenantId, key]);
    if (found && found.fingerprint !== fingerprint) throw new ToolplaneError('IDEMPOTENCY_KEY_REUSED');
    return found?.runId;
  },

  /** Takes the key for a run; of two requests at once the second waits for the first. The run of an earlier one, where there was one. */
  async claim(tx: Tx, tenantId: string, request: KeyedRequest, runId: string): Promise<string | undefined> {
    if (request.key === null) return undefined;
    const won = await tx.query(CLAIM, [tenantId, request.key, request.fingerprint, runId]);
    if (won.length === 0) return this.earlier(tx, tenantId, request);
    await tx.query(FORGET, [tenantId]);
    return undefined;
  },
};
