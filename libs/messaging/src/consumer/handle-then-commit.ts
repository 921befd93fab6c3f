import { isFaulty, type Decoder, type FaultyRecord, type Item } from './decode.js';
import { handleHalving } from './halving.js';
import { piecesOf, type Handling, type HandlingOptions } from './handling.js';
import type { LogRecord } from '../port/log-record.js';
import type { PartitionBatch } from '../port/subscription.js';

export interface HandleThenCommitOptions<Content> extends HandlingOptions<Content> {
  readonly decode: Decoder<Content>;
  /** Default: every record. */
  readonly wanted?: ((record: LogRecord) => boolean) | undefined;
  readonly tryAgainAfterMs?: readonly number[] | undefined;
}

/** The ordinary way: a record is settled when its handler has resolved, or when it is parked; then its offset may be committed. */
export class HandleThenCommit<Content> implements Handling {
  private readonly running = new Set<Promise<void>>();

  constructor(private readonly options: HandleThenCommitOptions<Content>) {}

  async take(batch: PartitionBatch): Promise<void> {
    const run = this.takeAll(batch);
    this.running.add(run);
    try {
      await run;
    } finally {
      this.running.delete(run);
    }
  }

  async drained(): Promise<void> {
    await Promise.allSettled(this.running);
  }

  private async takeAll(batch: PartitionBatch): Promise<void> {
    for (const records of piecesOf(batch.records, this.options.maxEvents)) {
      if (batch.signal.aborted) return;
      await this.takePiece(batch, records);
    }
  }

  private async takePiece(batch: PartitionBatch, records: readonly LogRecord[]): Promise<void> {
    const { decode, wanted, handle, park, logger, tryAgainAfterMs } = this.options;
    const items: Item<Content>[] = [];
    const unreadable: FaultyRecord[] = [];
    for (const decoded of (wanted ? records.filter(wanted) : records).map(decode)) {
      if (isFaulty(decoded)) unreadable.push(decoded);
      else items.push(decoded);
    }
    /** Parks before the offset moves: what lies below it and was neither handled nor parked would be lost. */
    const settle = async (next: bigint, faulty: readonly FaultyRecord[]): Promise<void> => {
      const below = unreadable.findIndex(({ record }) => record.offset >= next);
      const parked = [...faulty, ...unreadable.splice(0, below === -1 ? unreadable.length : below)];
      if (parked.length > 0) await park(parked);
      batch.done(next);
    };
    const afterLast = (part: readonly { readonly record: LogRecord }[]): bigint => (part.at(-1)?.record.offset ?? -1n) + 1n;
    await handleHalving(items, {
      handle,
      settled: (part, faulty) => settle(afterLast(part), faulty),
      onFailure: ({ record }, error, attempt) =>
        logger.warn({ err: error, topic: record.topic, partition: record.partition, offset: String(record.offset), attempt }, 'a handler failed on a record'),
      signal: batch.signal,
      tryAgainAfterMs,
    });
    if (!batch.signal.aborted) await settle((records.at(-1)?.offset ?? -1n) + 1n, []);
  }
}
