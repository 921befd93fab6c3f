import { ToolplaneError } from '@toolplane/contracts/errors';
import { IDEMPOTENCY_KEY } from '@toolplane/contracts/http';
import { newId } from '@toolplane/contracts/ids';
import type { Tx } from '@toolplane/persistence';
import { acceptanceStore, type ClaimedKey } from './acceptance.store.js';

/** @throws ToolplaneError REQUEST_MALFORMED for a key that is none. */
export function checkedKey(key: string | null): string | null {
  if (key !== null && !IDEMPOTENCY_KEY.test(key)) {
    throw new ToolplaneError('REQUEST_MALFORMED', { message: 'Idempotency-Key takes 1 to 255 visible characters' });
  }
  return key;
}

/** Of a call that starts something else than one execution: a key, and what it stands for. */
export interface KeyedCall {
  readonly key: string;
  readonly fingerprint: string;
}

/**
 * Takes a key for a call, or finds who took it before with the very same call.
 * @throws ToolplaneError IDEMPOTENCY_KEY_REUSED where it stands for another one.
 */
export async function claimKey(tx: Tx, tenantId: string, { key, fingerprint }: KeyedCall): Promise<{ readonly kept: ClaimedKey; readonly replayed: boolean }> {
  const claim = { tenantId, idempotencyKey: key, fingerprint, executionId: newId() };
  const replayed = (await acceptanceStore.claimKeys(tx, [claim])).length === 0;
  const [kept] = await acceptanceStore.keys(tx, [claim]);
  if (!kept || kept.fingerprint !== fingerprint) throw new ToolplaneError('IDEMPOTENCY_KEY_REUSED');
  return { kept, replayed };
}

/** A call that is refused leaves its key free. */
export const freeKey = (tx: Tx, tenantId: string, key: string): Promise<void> => acceptanceStore.freeKeys(tx, [{ tenantId, idempotencyKey: key }]);
