import type { Logger } from '@toolplane/observability';
import type { PartitionBatch, Subscription } from '../port/subscription.js';
import type { Topic } from './database.js';
import type { Position } from './membership.js';

const AFTER_BUG_MS = 1_000;

/** A partition that is ours to read: how far we are, and what is being handled. */
export class OpenPartition {
  /** What is settled and not yet committed. */
  uncommitted: bigint | undefined;
  private pausedUntil = 0;
  private call: AbortController | undefined;
  private running: Promise<void> | undefined;

  constructor(
    readonly topic: Topic,
    readonly partition: number,
    public next: bigint,
  ) {}

  get key(): string {
    return `${this.topic.id} ${this.partition}`;
  }

  get isBusy(): boolean {
    return this.running !== undefined;
  }

  /** Whether there is something to hand out. @param end how far the partition reaches */
  isReady(end: bigint): boolean {
    return !this.isBusy && this.pausedUntil <= performance.now() && end > this.next;
  }

  /** Hands out records, once at a time. Never rejects. @param commit makes a position durable, now */
  handOut(records: PartitionBatch['records'], onRecords: Subscription['onRecords'], commit: (position: Position) => Promise<void>, logger: Logger): Promise<void> {
    const call = new AbortController();
    this.call = call;
    const run = onRecords(this.batchOf(records, call.signal, commit))
      .then(
        (pause) => {
          if (pause) this.pausedUntil = performance.now() + pause.pauseMs;
        },
        (error: unknown) => {
          logger.error({ err: error, topic: this.topic.name }, 'a batch could not be handled');
          this.pausedUntil = performance.now() + AFTER_BUG_MS;
        },
      )
      .finally(() => {
        this.running = undefined;
      });
    this.running = run;
    return run;
  }

  /** Tells a running call to begin nothing more. */
  abort(): void {
    this.call?.abort();
  }

  async settled(): Promise<void> {
    await this.running;
  }

  private batchOf(records: PartitionBatch['records'], signal: AbortSignal, commit: (position: Position) => Promise<void>): PartitionBatch {
    const { topic, partition } = this;
    return {
      topic: topic.name,
      partition,
      records,
      signal,
      done: (next) => {
        this.next = next;
        this.uncommitted = next;
      },
      commit: async (next) => {
        await commit({ topic: topic.id, partition, next });
        this.next = next;
        this.uncommitted = undefined;
      },
    };
  }
}
