import type { LogRecord } from '@toolplane/messaging';

/**
 * Executions that somebody in this process waits for. Looked at for every record of three topics, before anything is parsed: most
 * records concern nobody here. One set for the process, because it only saves work: who waits for what is the waiters' business.
 */
const waiting = new Map<string, number>();

export const waitingIds = {
  add: (id: string): void => void waiting.set(id, (waiting.get(id) ?? 0) + 1),
  remove: (id: string): void => {
    const count = waiting.get(id) ?? 0;
    if (count <= 1) waiting.delete(id);
    else waiting.set(id, count - 1);
  },
};

/** Of completed and failed: their key is the execution. */
export const concernsSomebody = ({ key }: Pick<LogRecord, 'key'>): boolean => waiting.size > 0 && (key === null || waiting.has(key.toString('latin1')));

const DECISION = Buffer.from('"kind":"decision"');
const PENDING = Buffer.from('"decision":"pending"');
const EXECUTION_ID = Buffer.from('"executionId":"');
const ID_LENGTH = 36;

/** Of audit entries, whose key is the tenant: decisions that may wait for an approval. */
export const awaitsApproval = ({ value }: Pick<LogRecord, 'value'>): boolean => {
  if (waiting.size === 0 || value === null || !value.includes(PENDING) || !value.includes(DECISION)) return false;
  const at = value.indexOf(EXECUTION_ID);
  if (at === -1) return true;
  const from = at + EXECUTION_ID.length;
  return waiting.has(value.toString('latin1', from, from + ID_LENGTH));
};
