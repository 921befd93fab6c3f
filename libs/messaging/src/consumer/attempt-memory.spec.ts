import type { Received } from '@toolplane/contracts/envelope';
import { AttemptMemory } from './attempt-memory.js';

const attempt = (executionId: string, number: number, appendedAt = 0, tenantid = 'demo'): Received =>
  ({ tenantid, data: { executionId, attempt: number }, record: { appendedAt } }) as Received;

describe('the memory of a worker', () => {
  it('drops what it remembers and every attempt below it, but not the same execution of another tenant', () => {
    const memory = new AttemptMemory();
    memory.remember([attempt('a', 2)]);
    expect(memory.unknown([attempt('a', 1), attempt('a', 2)])).toEqual([]);
    expect(memory.unknown([attempt('a', 3), attempt('a', 2, 0, 'acme')])).toHaveLength(2);
  });

  it('drops repeats within a batch, keeps the order, and remembers nothing that it was only asked about', () => {
    const memory = new AttemptMemory();
    const batch = [attempt('a', 1), attempt('b', 1), attempt('a', 1), attempt('a', 2), attempt('b', 1)];
    expect(memory.unknown(batch)).toEqual([batch[0], batch[1], batch[3]]);
    expect(memory.unknown(batch)).toHaveLength(3);
  });

  it('forgets by the log’s time, no sooner than the keeping time and no later than two of it', () => {
    const memory = new AttemptMemory(100);
    memory.remember([attempt('a', 1, 1_000)]);
    memory.remember([attempt('b', 1, 1_090)]);
    memory.remember([attempt('c', 1, 1_150)]);
    expect(memory.unknown([attempt('a', 1), attempt('b', 1)])).toEqual([]);
    memory.remember([attempt('d', 1, 1_260)]);
    expect(memory.unknown([attempt('a', 1), attempt('b', 1)])).toHaveLength(2);
    expect(memory.unknown([attempt('c', 1), attempt('d', 1)])).toEqual([]);
  });
});
