import type { Received } from '@toolplane/contracts/envelope';
import { AttemptMemory, MEMORY_MS } from './attempt-memory.js';
import { isFaulty, type Decoder, type FaultyRecord } from './decode.js';
import { piecesOf, type Handling, type HandlingOptions } from './handling.js';
import type { EventLog } from '../port/event-log.js';
import type { LogRecord } from '../port/log-record.js';
import type { PartitionBatch } from '../port/subscription.js';

export interface CommitThenHandleOptions extends HandlingOptions<Received> {
  readonly decode: Decoder<Received>;
  readonly log: Pick<EventLog, 'readBack'>;
}

const aborted = (signal: AbortSignal): Promise<void> =>
  signal.aborted ? Promise.resolve() : new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));

/**
 * The workers’ way: no acknowledged commit, no call. What is committed is never delivered again, so a handler that fails loses its events;
 * the lease of the attempt ends them. Before the first record of a partition it reads back what was handed out before, and drops repeats.
 */
export class CommitThenHandle implements Handling {
  private readonly memory = new AttemptMemory();
  /** Where each partition goes on if nobody else has read it in between. */
  private readonly next = new Map<string, bigint>();
  private call: Promise<void> = Promise.resolve();

  constructor(private readonly options: CommitThenHandleOptions) {}

  async take(batch: PartitionBatch): Promise<void> {
    await this.recall(batch);
    for (const records of piecesOf(batch.records, this.options.maxEvents)) {
      // A handler that has not resolved is full. The group must not wait for it: what it holds is committed.
      await Promise.race([this.call, aborted(batch.signal)]);
      if (batch.signal.aborted) return;
      await this.takePiece(batch, records);
    }
    await Promise.race([this.call, aborted(batch.signal)]);
  }

  drained(): Promise<void> {
    return this.call;
  }

  private async takePiece(batch: PartitionBatch, records: readonly LogRecord[]): Promise<void> {
    const { handle, park, logger, decode } = this.options;
    const { events, unreadable } = read(records, decode);
    if (unreadable.length > 0) await park(unreadable);
    const fresh = this.memory.unknown(events);
    const next = (records.at(-1)?.offset ?? -1n) + 1n;
    await batch.commit(next);
    this.next.set(keyOf(batch), next);
    this.memory.remember(fresh);
    if (fresh.length < events.length) logger.debug({ repeats: events.length - fresh.length }, 'dropped attempts that were handed out before');
    if (fresh.length === 0) return;
    this.call = handle(fresh).catch((error: unknown) =>
      logger.error({ err: error, events: fresh.map(({ id }) => id) }, 'a handler failed after the commit; the leases of its attempts end them'),
    );
  }

  /** Reads back, unless we ourselves committed the record before: then nobody else has handed out anything. */
  private async recall(batch: PartitionBatch): Promise<void> {
    const [first] = batch.records;
    if (!first || this.next.get(keyOf(batch)) === first.offset) return;
    await this.options.log.readBack({
      topic: batch.topic,
      partition: batch.partition,
      since: first.appendedAt - MEMORY_MS,
      before: first.offset,
      onRecords: (records) => this.memory.remember(read(records, this.options.decode).events),
    });
    this.next.set(keyOf(batch), first.offset);
  }
}

const keyOf = ({ topic, partition }: PartitionBatch): string => `${topic} ${partition}`;

const read = (records: readonly LogRecord[], decode: Decoder<Received>): { events: Received[]; unreadable: FaultyRecord[] } => {
  const events: Received[] = [];
  const unreadable: FaultyRecord[] = [];
  for (const decoded of records.map(decode)) {
    if (isFaulty(decoded)) unreadable.push(decoded);
    else events.push(decoded.content);
  }
  return { events, unreadable };
};
