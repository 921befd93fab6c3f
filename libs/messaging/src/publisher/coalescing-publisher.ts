import type { CloudEvent } from '@toolplane/contracts/envelope';
import { DependencyDown } from '@toolplane/contracts/errors';
import type { Outgoing } from '@toolplane/contracts/events';
import { METRICS, type Metrics } from '@toolplane/observability';
import type { EventLog } from '../port/event-log.js';
import type { NewRecord, TopicRecords } from '../port/log-record.js';
import { TopicMissing } from '../port/topic-missing.js';
import { sizedEvent, sizedRecord, type SizedRecord } from './outgoing-records.js';
import { Publisher, type TopicRecord } from './publisher.js';

/** The broker refuses more than 1 MiB for one partition in one send, for good. Counted by topic: all of it might be one partition. */
const MAX_TOPIC_BYTES = 900_000;
/** kafkajs copies what it has grouped by partition for every record it adds: beyond this, a send costs more than two. */
const MAX_TOPIC_RECORDS = 1_000;

/** What one caller waits for. */
interface Call {
  readonly records: readonly SizedRecord[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** One `append`, filled until it is full. */
class Send {
  readonly records = new Map<string, NewRecord[]>();
  private readonly bytes = new Map<string, number>();

  /** @returns false where the record no longer fits; an empty one takes any record */
  add({ topic, record, bytes }: SizedRecord): boolean {
    const list = this.records.get(topic);
    if (!list) {
      this.records.set(topic, [record]);
      this.bytes.set(topic, bytes);
      return true;
    }
    const total = (this.bytes.get(topic) ?? 0) + bytes;
    if (total > MAX_TOPIC_BYTES || list.length >= MAX_TOPIC_RECORDS) return false;
    list.push(record);
    this.bytes.set(topic, total);
    return true;
  }
}

/**
 * Sends what was published in one turn of the event loop together, without lingering, and one send at a time: while one is on its way the
 * next one gathers. At low load that is a batch of one at once, at high load few large requests.
 */
export class CoalescingPublisher extends Publisher {
  private waiting: Call[] = [];
  private sending: Promise<void> | undefined;
  private readonly published;
  private readonly seconds;

  constructor(
    private readonly log: EventLog,
    metrics?: Metrics,
  ) {
    super();
    this.published = metrics?.counter(METRICS.eventsPublished);
    this.seconds = metrics?.histogram(METRICS.publishSeconds);
  }

  publish(events: readonly Outgoing<CloudEvent>[]): Promise<void> {
    return this.enqueue(() => events.map(sizedEvent));
  }

  append(records: readonly TopicRecord[]): Promise<void> {
    return this.enqueue(() => records.map(sizedRecord));
  }

  /** Resolves when nothing is on its way any more. What is published meanwhile is waited for too. */
  async drain(): Promise<void> {
    while (this.sending) await this.sending;
  }

  private enqueue(write: () => readonly SizedRecord[]): Promise<void> {
    return new Promise((resolve, reject) => {
      // What a record throws, its publisher gets: nobody else's records suffer.
      const records = write();
      if (records.length === 0) return resolve();
      this.waiting.push({ records, resolve, reject });
      this.sending ??= this.sendAll();
    });
  }

  private async sendAll(): Promise<void> {
    await new Promise(setImmediate);
    while (this.waiting.length > 0) await this.sendTogether(this.take());
    this.sending = undefined;
  }

  /** As many calls as go into one send; at least one, which may need several. */
  private take(): Call[] {
    const send = new Send();
    let count = 0;
    for (const { records } of this.waiting) {
      if (!records.every((record) => send.add(record))) break;
      count += 1;
    }
    return this.waiting.splice(0, Math.max(1, count));
  }

  private async sendTogether(calls: readonly Call[]): Promise<void> {
    try {
      await this.write(calls.flatMap(({ records }) => records));
      for (const { resolve } of calls) resolve();
    } catch (error) {
      // The log is away for everybody. Any other fault is that of one call, and the others must not be told of it.
      const everybody = error instanceof DependencyDown && !(error instanceof TopicMissing);
      if (calls.length === 1 || everybody) for (const { reject } of calls) reject(error);
      else for (const call of calls) await this.sendTogether([call]);
    }
  }

  private async write(records: readonly SizedRecord[]): Promise<void> {
    const stop = this.seconds?.startTimer();
    let send = new Send();
    for (const record of records) {
      if (send.add(record)) continue;
      await this.log.append(send.records);
      this.count(send.records);
      send = new Send();
      send.add(record);
    }
    await this.log.append(send.records);
    this.count(send.records);
    stop?.();
  }

  private count(records: TopicRecords): void {
    for (const [topic, { length }] of records) this.published?.inc({ topic }, length);
  }
}
