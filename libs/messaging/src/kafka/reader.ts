import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@toolplane/observability';
import type { LogReader, ReaderHealth, Subscription } from '../port/subscription.js';
import { TopicMissing } from '../port/topic-missing.js';
import { PATIENT, type Connection } from './connection.js';
import { Member, SESSION_TIMEOUT_MS, partitionKey, type Positions } from './member.js';
import { endOffsets, partitionCounts } from './topics.js';

const AGAIN_AFTER_MS = 100;
const AGAIN_AT_MOST_AFTER_MS = 1_000;
const WATCH_EVERY_MS = 1_000;
/** kafkajs heals most things by itself. What has shown no sign of life for so long is replaced, whatever it says about itself. */
const SILENT_FOR_MS = 60_000;
const DRAIN_MS = 10_000;

/** A subscription that nothing ends but `close`: when its member crashes, falls silent or cannot join, it makes another. */
export class KafkaReader implements LogReader {
  private readonly groupId: string;
  private readonly positions: Positions | undefined;
  private readonly logger: Logger;
  private readonly closing = new AbortController();
  private readonly closed = new Promise<void>((resolve) => this.closing.signal.addEventListener('abort', () => resolve()));
  private readonly done: Promise<void>;
  private member: Member | undefined;
  /** Who of us the group may still wait for. */
  private former: string | undefined;
  private heardAt = -Infinity;
  private detail = 'has not joined yet';
  /** Whether the log was told that contact is lost; once per outage. */
  private lost = false;

  constructor(
    private readonly connection: Connection,
    private readonly subscription: Subscription,
  ) {
    const { group, name } = subscription;
    // kafkajs reads in groups only. One of its own, which commits nothing, is forgotten by the broker when it is empty.
    this.groupId = group ?? `${name}.${randomUUID()}`;
    this.positions = group === null ? new Map() : undefined;
    this.logger = connection.logger.child({ consumer: name });
    this.done = this.run();
  }

  get health(): ReaderHealth {
    const silentMs = performance.now() - this.heardAt;
    if (silentMs < SESSION_TIMEOUT_MS) return { alive: true, detail: 'is a member of its group' };
    return { alive: false, detail: Number.isFinite(silentMs) ? `no heartbeat for ${Math.round(silentMs / 1_000)} s; ${this.detail}` : this.detail };
  }

  async close(drainMs: number = DRAIN_MS): Promise<void> {
    this.closing.abort();
    await this.member?.leave(drainMs);
    await this.done;
  }

  private async run(): Promise<void> {
    const { signal } = this.closing;
    for (let waitMs = AGAIN_AFTER_MS; !signal.aborted; waitMs = Math.min(AGAIN_AT_MOST_AFTER_MS, waitMs * 2)) {
      try {
        if (await this.stay(signal)) waitMs = AGAIN_AFTER_MS;
      } catch (error) {
        this.detail = error instanceof Error ? error.message : String(error);
        if (error instanceof TopicMissing) this.logger.error({ topic: error.topic }, 'a topic does not exist; it is never made by a consumer');
        else this.logger.debug({ err: error }, 'could not join');
        this.watch();
      }
      await sleep(waitMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** @returns whether it was a member for a while */
  private async stay(signal: AbortSignal): Promise<boolean> {
    await this.prepare();
    if (signal.aborted) return false;
    const member = new Member({
      client: this.connection.client(PATIENT),
      subscription: this.subscription,
      groupId: this.groupId,
      positions: this.positions,
      onJoined: () => this.identify(signal),
      former: this.former,
      onHeartbeat: () => this.heard(),
      logger: this.logger,
    });
    this.member = member;
    const bornAt = performance.now();
    let watch: NodeJS.Timeout | undefined;
    try {
      const silence = new Promise<Error>((resolve) => {
        watch = setInterval(() => {
          this.watch();
          if (performance.now() - Math.max(bornAt, this.heardAt) > SILENT_FOR_MS) resolve(new Error('no sign of life'));
        }, WATCH_EVERY_MS);
      });
      const why = await Promise.race([member.start().then(() => Promise.race([member.crashed, silence])), silence, this.closed]);
      if (why) {
        this.detail = why.message;
        this.logger.debug({ err: why }, 'the consumer ended; another one takes its place');
      }
      return member.id !== undefined;
    } finally {
      clearInterval(watch);
      this.former = member.id ?? this.former;
      if (!signal.aborted) member.end();
    }
  }

  /** What must be known before joining. From the end means from the end of now, not of a later moment when the log is back. */
  private async prepare(): Promise<void> {
    const { topics, group, from } = this.subscription;
    const counts = await partitionCounts(this.connection);
    const missing = topics.find((topic) => !counts.has(topic));
    if (missing !== undefined) throw new TopicMissing(missing);
    if (group !== null || from !== 'end') return;
    for (const { topic, partition, end } of await endOffsets(this.connection, topics)) {
      const key = partitionKey(topic, partition);
      if (!this.positions?.has(key)) this.positions?.set(key, { topic, partition, next: end });
    }
  }

  /** Which log it is must be known before the first record: positions are stored with it. */
  private async identify(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const known = await this.connection.identify().then(() => true, () => false);
      if (known) return;
      await sleep(AGAIN_AFTER_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  private heard(): void {
    this.heardAt = performance.now();
    if (this.lost) this.logger.info({}, 'contact with the event log is back');
    this.lost = false;
  }

  /** Tells of a lost contact once, and not of a start that merely takes its time. */
  private watch(): void {
    if (this.lost || this.health.alive) return;
    this.lost = true;
    this.logger.warn({ reason: this.detail }, 'contact with the event log is lost; trying again until it is back');
  }
}
