import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { Metrics, type MetricDefinition } from '@toolplane/observability';
import { waitingIds } from './waiting-ids.js';

const WAITED_FOR: MetricDefinition<never> = { name: 'toolplane_gateway_waited_for', help: 'Executions that callers of this instance wait for.' };

/** Why a wait ended. */
export type Woken = 'changed' | 'time' | 'stopped';

/** One caller's wait for one execution. Made before the execution can change, closed when nobody listens any more. */
export class Waiter {
  private changed = false;
  private stopped = false;
  private wake: (() => void) | undefined;

  constructor(private readonly leave: (waiter: Waiter) => void) {}

  /** Resolves at the next change, or at once where one came since the last call. */
  async wait(ms: number): Promise<Woken> {
    if (!this.changed && !this.stopped) await this.sleep(ms);
    if (this.stopped) return 'stopped';
    if (!this.changed) return 'time';
    this.changed = false;
    return 'changed';
  }

  /** Told by a handler. */
  change(): void {
    this.changed = true;
    this.wake?.();
  }

  /** Ends this wait and every later one. */
  stop(): void {
    this.stopped = true;
    this.wake?.();
  }

  close(): void {
    this.leave(this);
  }

  private async sleep(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.wake = resolve;
      timer = setTimeout(resolve, ms);
    });
    clearTimeout(timer);
    this.wake = undefined;
  }
}

/** Who waits for which execution, in this instance. Fed by the events that every instance reads from the end. */
@Injectable()
export class Waiters implements BeforeApplicationShutdown {
  private readonly byExecution = new Map<string, Set<Waiter>>();

  constructor(metrics: Metrics) {
    metrics.gauge(WAITED_FOR, (gauge) => gauge.set(this.size));
  }

  register(tenantId: string, executionId: string): Waiter {
    const key = keyOf(tenantId, executionId);
    const waiter = new Waiter((left) => {
      const others = this.byExecution.get(key);
      if (!others?.delete(left)) return;
      if (others.size === 0) this.byExecution.delete(key);
      waitingIds.remove(executionId);
    });
    const waiters = this.byExecution.get(key) ?? new Set();
    this.byExecution.set(key, waiters.add(waiter));
    waitingIds.add(executionId);
    return waiter;
  }

  change(tenantId: string, executionId: string): void {
    for (const waiter of this.byExecution.get(keyOf(tenantId, executionId)) ?? []) waiter.change();
  }

  /** Executions that somebody waits for. */
  get size(): number {
    return this.byExecution.size;
  }

  /** Answers everybody with what is known now, so that the server can close. */
  beforeApplicationShutdown(): void {
    for (const waiters of this.byExecution.values()) for (const waiter of waiters) waiter.stop();
  }
}

const keyOf = (tenantId: string, executionId: string): string => `${tenantId} ${executionId}`;
