import type { Received } from '@toolplane/contracts/envelope';

/** Two windows in which a dispatch may begin (`startBy`): no repeat that may still begin is older than that. In milliseconds. */
export const MEMORY_MS = 120_000;

const keyOf = ({ tenantid, data }: Received): string => `${tenantid} ${(data as { executionId: string }).executionId}`;
const attemptOf = ({ data }: Received): number => (data as { attempt: number }).attempt;

/**
 * What a worker has been handed: the highest attempt of each execution. The dispatched log is where it comes from, and where it is read
 * from again after a restart. Older entries are forgotten by the log’s time, a generation at a time.
 */
export class AttemptMemory {
  private young = new Map<string, number>();
  private old: ReadonlyMap<string, number> = new Map();
  private turnedAt = -Infinity;

  constructor(private readonly keepMs: number = MEMORY_MS) {}

  get size(): number {
    return this.young.size + this.old.size;
  }

  /** Those that were not handed out before, and are not below an attempt that was: each once, in order. */
  unknown<Event extends Received>(events: readonly Event[]): Event[] {
    const seen = new Map<string, number>();
    return events.filter((event) => {
      const key = keyOf(event);
      const known = Math.max(seen.get(key) ?? 0, this.young.get(key) ?? 0, this.old.get(key) ?? 0);
      if (attemptOf(event) <= known) return false;
      seen.set(key, attemptOf(event));
      return true;
    });
  }

  remember(events: readonly Received[]): void {
    for (const event of events) {
      this.turn(event.record.appendedAt);
      const key = keyOf(event);
      this.young.set(key, Math.max(attemptOf(event), this.young.get(key) ?? 0));
    }
  }

  /** Entries live between one and two keeping times. */
  private turn(now: number): void {
    if (now < this.turnedAt + this.keepMs) return;
    this.old = this.young;
    this.young = new Map();
    this.turnedAt = now;
  }
}
