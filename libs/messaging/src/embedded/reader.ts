import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DependencyDown } from '@toolplane/contracts/errors';
import type { Logger } from '@toolplane/observability';
import type { LogReader, PartitionBatch, ReaderHealth, Subscription } from '../port/subscription.js';
import type { LogDatabase, Topic } from './database.js';
import type { Heads } from './heads.js';
import { AGREE_WITHIN_MS, LEASE_MS, Membership, type Assignment, type Position } from './membership.js';
import { readRecords } from './records.js';

const RENEW_EVERY_MS = 3_000;
const RENEW_AGAIN_AFTER_MS = 500;
const COMMIT_EVERY_MS = 1_000;
const AGAIN_AFTER_MS = 1_000;
const AGREEMENT_POLL_MS = 50;
const AFTER_BUG_MS = 1_000;
const DRAIN_MS = 10_000;

interface Partition {
  readonly topic: Topic;
  readonly partition: number;
  next: bigint;
  /** What is settled and not yet committed. */
  uncommitted: bigint | undefined;
  pausedUntil: number;
  busy: boolean;
}

/** A subscription of the embedded log. One loop that nothing ends but `close`: join, read, agree to changes, begin anew after any error. */
export class EmbeddedReader implements LogReader {
  private readonly id = randomUUID();
  private readonly closing = new AbortController();
  private readonly logger: Logger;
  private readonly done: Promise<void>;
  private readonly running = new Map<Promise<void>, AbortController>();
  private membership: Membership | undefined;
  /** Generation whose partitions we have taken. */
  private taken = -1n;
  private partitions: Partition[] = [];
  /** Where a subscription without a group stands, over outages too. */
  private kept: Map<string, bigint> | undefined;
  private renewedAt = -Infinity;
  private wake: () => void = () => undefined;
  private detail = 'has not joined yet';
  private lost = false;

  constructor(
    private readonly database: LogDatabase,
    private readonly heads: Heads,
    private readonly subscription: Subscription,
    logger: Logger,
  ) {
    this.logger = logger.child({ consumer: subscription.name });
    heads.watch();
    this.done = this.run();
  }

  get health(): ReaderHealth {
    if (this.subscription.group === null) {
      const alive = this.kept !== undefined && this.heads.silentMs < LEASE_MS;
      return { alive, detail: alive ? 'reads' : this.detail };
    }
    const alive = this.membership !== undefined && performance.now() - this.renewedAt < LEASE_MS;
    return { alive, detail: alive ? 'is a member of its group' : this.detail };
  }

  async close(drainMs: number = DRAIN_MS): Promise<void> {
    this.closing.abort();
    this.wake();
    this.abortRunning();
    await Promise.race([this.done, sleep(drainMs, undefined, { ref: false })]);
  }

  private async run(): Promise<void> {
    const { signal } = this.closing;
    const forget = this.heads.onLook(() => this.wake());
    while (!signal.aborted) {
      try {
        const topics = await this.database.topicsOf(this.subscription.topics);
        await (this.subscription.group === null ? this.readAll(topics) : this.readAsMember(topics, this.subscription.group));
      } catch (error) {
        this.tellLost(error);
        await sleep(AGAIN_AFTER_MS, undefined, { signal }).catch(() => undefined);
      }
    }
    forget();
  }

  private async readAll(topics: readonly Topic[]): Promise<void> {
    this.kept ??= await this.beginnings(topics);
    const { kept } = this;
    this.partitions = allOf(topics).map(({ topic, partition }) => this.partitionOf(topic, partition, kept.get(keyOf(topic, partition)) ?? 0n));
    this.found();
    while (!this.closing.signal.aborted) {
      await this.readReady();
      await this.nothingNew();
    }
    await this.settleRunning();
  }

  private async readAsMember(topics: readonly Topic[], group: string): Promise<void> {
    const membership = new Membership(this.database, this.id, group, topics);
    await membership.join();
    this.heads.sayGroup();
    this.membership = membership;
    this.renewedAt = performance.now();
    this.found();
    let expelled = false;
    let left = false;
    let renewal: NodeJS.Timeout | undefined;
    const renewAfter = (delayMs: number): void => {
      if (left) return;
      renewal = setTimeout(() => {
        this.renew(membership).then((renewed) => {
          if (renewed) return renewAfter(RENEW_EVERY_MS);
          expelled = true;
          this.abortRunning();
          this.wake();
        }, (error: unknown) => {
          this.tellLost(error);
          renewAfter(RENEW_AGAIN_AFTER_MS);
        });
      }, delayMs);
    };
    renewAfter(RENEW_EVERY_MS);
    const commit = setInterval(() => void this.commit(membership).catch(() => undefined), COMMIT_EVERY_MS);
    try {
      while (!this.closing.signal.aborted && !expelled) {
        await this.agree(membership);
        if (this.taken !== membership.generation) await this.takePartitions(membership);
        await this.readReady();
        await this.nothingNew();
      }
    } finally {
      left = true;
      clearTimeout(renewal);
      clearInterval(commit);
      this.membership = undefined;
      this.abortRunning();
      await this.settleRunning();
      await this.commit(membership).catch(() => undefined);
      await membership.leave().then(() => this.heads.sayGroup(), () => undefined);
      this.partitions = [];
      this.taken = -1n;
    }
  }

  /** When the group has changed: ends what runs, commits, and agrees. Partitions are taken anew, their positions read anew. */
  private async agree(membership: Membership): Promise<void> {
    const { group } = this.subscription;
    const generation = this.heads.generation(group ?? '');
    if (generation <= membership.generation) return;
    this.abortRunning();
    await this.settleRunning();
    await this.commit(membership).catch(() => undefined);
    this.partitions = [];
    if (!(await membership.agree(generation))) throw new Error('was expelled from its group');
    this.heads.sayGroup();
  }

  private async takePartitions(membership: Membership): Promise<void> {
    let assignment: Assignment | null = null;
    for (const deadline = performance.now() + AGREE_WITHIN_MS; !this.closing.signal.aborted; await sleep(AGREEMENT_POLL_MS)) {
      assignment = await membership.assignment();
      if (assignment) break;
      if (this.heads.generation(this.subscription.group ?? '') > membership.generation) return;
      await membership.dropDead();
      if (performance.now() > deadline) await membership.expelOthers();
    }
    if (!assignment) return;
    const committed = await membership.positions();
    const beginnings = await this.beginnings([...new Set(assignment.map(({ topic }) => topic))]);
    this.partitions = assignment.map(({ topic, partition }) => {
      const key = keyOf(topic, partition);
      return this.partitionOf(topic, partition, committed.get(key) ?? beginnings.get(key) ?? 0n);
    });
    this.taken = membership.generation;
    this.logger.debug({ partitions: this.partitions.map(({ topic, partition }) => `${topic.name} ${partition}`) }, 'took its partitions');
  }

  /** Hands out what is new, as many partitions at a time as the subscription allows. */
  private async readReady(): Promise<void> {
    const { concurrency = 1 } = this.subscription;
    for (const partition of this.partitions) {
      if (this.running.size >= concurrency || this.closing.signal.aborted) return;
      if (partition.busy || partition.pausedUntil > performance.now() || this.heads.end(partition.topic.id, partition.partition) <= partition.next) continue;
      const records = await readRecords(this.database, partition.topic, partition.partition, partition.next);
      if (this.closing.signal.aborted) return;
      const [first] = records;
      // What is gone by age leaves a gap at the beginning.
      if (!first) partition.next = this.heads.end(partition.topic.id, partition.partition);
      else this.handOut(partition, records);
    }
  }

  private handOut(partition: Partition, records: PartitionBatch['records']): void {
    const { topic } = partition;
    const { membership } = this;
    const call = new AbortController();
    const settle = (next: bigint): void => {
      partition.next = next;
      this.kept?.set(keyOf(topic, partition.partition), next);
    };
    partition.busy = true;
    const run = this.subscription
      .onRecords({
        topic: topic.name,
        partition: partition.partition,
        records,
        signal: call.signal,
        done: (next) => {
          settle(next);
          partition.uncommitted = next;
        },
        commit: async (next) => {
          await membership?.commit([{ topic: topic.id, partition: partition.partition, next }]);
          settle(next);
          partition.uncommitted = undefined;
        },
      })
      .then(
        (pause) => {
          if (pause) partition.pausedUntil = performance.now() + pause.pauseMs;
        },
        (error: unknown) => {
          this.logger.error({ err: error, topic: topic.name }, 'a batch could not be handled');
          partition.pausedUntil = performance.now() + AFTER_BUG_MS;
        },
      )
      .finally(() => {
        partition.busy = false;
        this.running.delete(run);
        this.wake();
      });
    this.running.set(run, call);
  }

  /** Waits until a look, the end of a call or the end of a pause may have changed something. */
  private async nothingNew(): Promise<void> {
    const now = performance.now();
    const isReady = ({ busy, pausedUntil, next, topic, partition }: Partition): boolean => !busy && pausedUntil <= now && this.heads.end(topic.id, partition) > next;
    const room = this.running.size < (this.subscription.concurrency ?? 1);
    if (room && this.partitions.some(isReady)) return;
    await new Promise<void>((resolve) => {
      this.wake = resolve;
      if (this.closing.signal.aborted) resolve();
    });
  }

  private async renew(membership: Membership): Promise<boolean> {
    const renewed = await membership.renew();
    if (renewed) {
      this.renewedAt = performance.now();
      this.found();
    }
    await membership.dropDead();
    return renewed;
  }

  private async commit(membership: Membership): Promise<void> {
    const settled = this.partitions.filter(({ uncommitted }) => uncommitted !== undefined);
    if (settled.length === 0) return;
    const positions = settled.map(({ topic, partition, uncommitted }): Position => ({ topic: topic.id, partition, next: uncommitted ?? 0n }));
    await membership.commit(positions);
    settled.forEach((partition, at) => {
      if (partition.uncommitted === positions[at]?.next) partition.uncommitted = undefined;
    });
  }

  private async beginnings(topics: readonly Topic[]): Promise<Map<string, bigint>> {
    const column = this.subscription.from === 'end' ? 'next_offset' : 'first_offset';
    const rows = await this.database.query<{ topic: number; partition: number; at: string }>(
      `select topic, partition, ${column} as at from event_log.partitions where topic = any($1)`,
      [topics.map(({ id }) => id)],
    );
    return new Map(rows.map(({ topic, partition, at }) => [`${topic} ${partition}`, BigInt(at)]));
  }

  private partitionOf(topic: Topic, partition: number, next: bigint): Partition {
    return { topic, partition, next, uncommitted: undefined, pausedUntil: 0, busy: false };
  }

  private abortRunning(): void {
    for (const call of this.running.values()) call.abort();
  }

  private async settleRunning(): Promise<void> {
    await Promise.all(this.running.keys());
  }

  private found(): void {
    if (this.lost) this.logger.info({}, 'contact with the event log is back');
    this.lost = false;
  }

  private tellLost(error: unknown): void {
    this.detail = error instanceof Error ? error.message : String(error);
    if (this.lost || this.closing.signal.aborted) return;
    this.lost = true;
    if (error instanceof DependencyDown) this.logger.warn({ reason: this.detail }, 'contact with the event log is lost; trying again until it is back');
    else this.logger.error({ err: error }, 'reading was interrupted; trying again');
  }
}

const keyOf = (topic: Topic, partition: number): string => `${topic.id} ${partition}`;
const allOf = (topics: readonly Topic[]): Assignment =>
  topics.flatMap((topic) => Array.from({ length: topic.partitions }, (_, partition) => ({ topic, partition })));
