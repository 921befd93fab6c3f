import type { LogRecord } from './log-record.js';

/** Who reads what, from where. */
export interface Subscription {
  /** Members of a group share its partitions and its position. Null: every subscriber reads everything and no position is kept. */
  readonly group: string | null;
  /** Names the subscription in logs and health. */
  readonly name: string;
  readonly topics: readonly string[];
  /** Where a group that has no position begins, and a subscription without a group each time it is made. */
  readonly from: 'start' | 'end';
  /**
   * Takes records of one partition, in order. Is not called again for that partition before it has resolved, and must not reject.
   * Records that it did not call `done` for are delivered again: at once, or after the pause it returns.
   */
  readonly onRecords: (batch: PartitionBatch) => Promise<Pause | void>;
  /** Where a partition is to be read again from, although its group has come further; asked whenever it becomes ours. */
  readonly rewindTo?: (topic: string, partition: number) => bigint | undefined;
  /** How many partitions are handed out at the same time. Default 1. */
  readonly concurrency?: number;
}

/** “Not now”: nothing of this partition is delivered for so long. Other partitions go on, and the group stays as it is. */
export interface Pause {
  readonly pauseMs: number;
}

export interface PartitionBatch {
  readonly topic: string;
  readonly partition: number;
  /** At least one. */
  readonly records: readonly LogRecord[];
  /** Everything below this offset is settled: not delivered again while the partition is ours, and committed on a timer. */
  done(next: bigint): void;
  /** Commits now. Resolves when the log has acknowledged it as ours; rejects otherwise, also where nobody knows. */
  commit(next: bigint): Promise<void>;
  /** Aborted when the partition may go to another member, or the subscription closes: begin nothing more. */
  readonly signal: AbortSignal;
}

/** A running subscription. It comes back by itself, however long the log was away; only `close` ends it. */
export interface LogReader {
  readonly health: ReaderHealth;
  /** Lets running calls end, commits what is done, leaves the group. Waits at most `drainMs` for the calls; default 10 s. */
  close(drainMs?: number): Promise<void>;
}

export interface ReaderHealth {
  /** Whether the log has heard from us lately and counts us in. */
  readonly alive: boolean;
  readonly detail: string;
}
