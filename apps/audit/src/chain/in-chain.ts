import { GLOBAL } from '@toolplane/contracts/ids';
import type { Database, Tx } from '@toolplane/persistence';

const LIMIT_STATEMENTS = `select set_config('statement_timeout', $1, true)`;

/**
 * A transaction that reads one chain. A tenant's under row-level security; that of the platform, which is nobody's, as the worker.
 * @param timeoutMs for each statement: a reader who waits longer should ask for less
 */
export function inChain<Result>(database: Database, tenantId: string, timeoutMs: number, work: (tx: Tx) => Promise<Result>): Promise<Result> {
  const limited = async (tx: Tx): Promise<Result> => {
    await tx.query(LIMIT_STATEMENTS, [String(timeoutMs)]);
    return work(tx);
  };
  return tenantId === GLOBAL ? database.asWorker(limited) : database.asTenant(tenantId, limited);
}
