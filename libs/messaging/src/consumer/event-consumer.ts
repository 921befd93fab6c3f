import { setTimeout as sleep } from 'node:timers/promises';
import { DependencyDown } from '@toolplane/contracts/errors';
import type { Logger } from '@toolplane/observability';
import type { EventLog, PartitionRange } from '../port/event-log.js';
import type { LogReader, Pause, PartitionBatch, ReaderHealth, Subscription } from '../port/subscription.js';
import type { Handling } from './handling.js';
import type { StoredPosition } from './stored-positions.js';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;
const AFTER_BUG_MS = 1_000;
const LOOK_EVERY_MS = 100;

export interface EventConsumerOptions {
  readonly log: EventLog;
  readonly subscription: Omit<Subscription, 'onRecords'>;
  readonly handling: Handling;
  readonly logger: Logger;
}

/**
 * Reads topics for one handler. Whatever a handler or a record does, reading goes on: a dependency that is down pauses the partition,
 * longer each time up to 5 s, and everything else is settled below it.
 */
export class EventConsumer {
  private reader: LogReader | undefined;
  private readonly positions = new Map<string, bigint>();
  private readonly failures = new Map<string, number>();
  private readonly rewinds = new Map<string, bigint>();

  constructor(private readonly options: EventConsumerOptions) {}

  get name(): string {
    return this.options.subscription.name;
  }

  get health(): ReaderHealth {
    return this.reader?.health ?? { alive: false, detail: 'has not started' };
  }

  start(): void {
    const { log, subscription } = this.options;
    const rewindTo = (topic: string, partition: number): bigint | undefined => this.rewinds.get(keyOf({ topic, partition }));
    this.reader ??= log.subscribe({ ...subscription, rewindTo, onRecords: (batch) => this.onRecords(batch) });
  }

  /**
   * Before it starts: has what was settled read again from where a database stands that is older than the group's position, because it
   * was restored. Resolves when the log could be asked.
   */
  async rewind(stored: readonly StoredPosition[], signal: AbortSignal): Promise<void> {
    const { log, subscription, logger } = this.options;
    const { group, topics } = subscription;
    if (group === null) return;
    const committed = await patiently(signal, async () => {
      // Offsets of another log mean nothing here: which one this is must be known.
      await log.ping();
      return log.groupPositions(group, topics);
    });
    for (const { topic, partition, next } of committed ?? []) {
      const found = stored.find((position) => position.topic === topic && position.partition === partition && position.clusterId === log.clusterId);
      if (!found || next === null || found.nextOffset >= next) continue;
      this.rewinds.set(keyOf({ topic, partition }), found.nextOffset);
      logger.warn({ topic, partition, stored: String(found.nextOffset), committed: String(next) }, 'the database is older than the position in the log: reads again from there');
    }
  }

  /** Resolves when everything that the topics held at the time of the call was read: by us, or by our group. Waits while the log is away. */
  async caughtUp(signal: AbortSignal): Promise<void> {
    let missing: readonly PartitionRange[] | undefined;
    while (!signal.aborted) {
      missing = await patiently(signal, async () => this.unread(missing ?? (await this.options.log.endOffsets(this.options.subscription.topics))));
      if (!missing || missing.length === 0) return;
      await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  async close(drainMs?: number): Promise<void> {
    await this.reader?.close(drainMs);
    await Promise.race([this.options.handling.drained(), sleep(drainMs ?? 0, undefined, { ref: false })]);
  }

  private async onRecords(batch: PartitionBatch): Promise<Pause | void> {
    const key = keyOf(batch);
    try {
      await this.options.handling.take(this.watched(batch));
      if (this.failures.delete(key)) this.options.logger.info({ topic: batch.topic, partition: batch.partition }, 'goes on');
    } catch (error) {
      if (batch.signal.aborted) return;
      return this.pauseFor(batch, error);
    }
  }

  private pauseFor({ topic, partition, ...batch }: PartitionBatch, error: unknown): Pause {
    const { logger } = this.options;
    if (!(error instanceof DependencyDown)) {
      logger.error({ err: error, topic, partition, offset: String(batch.records[0]?.offset) }, 'a batch could not be settled');
      return { pauseMs: AFTER_BUG_MS };
    }
    const key = keyOf({ topic, partition });
    const failures = this.failures.get(key) ?? 0;
    this.failures.set(key, failures + 1);
    if (failures === 0) logger.warn({ topic, partition, dependency: error.dependency, err: error }, 'waits for a dependency that is down');
    return { pauseMs: Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures) };
  }

  /** Notes how far it has come. */
  private watched(batch: PartitionBatch): PartitionBatch {
    const key = keyOf(batch);
    return {
      ...batch,
      done: (next) => {
        batch.done(next);
        this.settled(key, next);
      },
      commit: async (next) => {
        await batch.commit(next);
        this.settled(key, next);
      },
    };
  }

  private settled(key: string, next: bigint): void {
    this.positions.set(key, next);
    this.rewinds.delete(key);
  }

  private async unread(ranges: readonly PartitionRange[]): Promise<readonly PartitionRange[]> {
    const { log, subscription } = this.options;
    const behind = ranges.filter(({ topic, partition, first, end }) => first < end && (this.positions.get(keyOf({ topic, partition })) ?? -1n) < end);
    if (behind.length === 0 || subscription.group === null) return behind;
    const positions = await log.groupPositions(subscription.group, subscription.topics);
    const committed = new Map(positions.map(({ topic, partition, next }) => [keyOf({ topic, partition }), next ?? -1n]));
    return behind.filter(({ topic, partition, end }) => (committed.get(keyOf({ topic, partition })) ?? -1n) < end);
  }
}

/** Asks the log until it answers. Undefined where nobody waits any more. */
async function patiently<Answer>(signal: AbortSignal, ask: () => Promise<Answer>): Promise<Answer | undefined> {
  while (!signal.aborted) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof DependencyDown)) throw error;
    }
    await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
  return undefined;
}

const keyOf = ({ topic, partition }: { readonly topic: string; readonly partition: number }): string => `${topic} ${partition}`;
