import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DependencyDown } from '@toolplane/contracts/errors';
import type { Logger } from '@toolplane/observability';
import type { LogReader, ReaderHealth, Subscription } from '../port/subscription.js';
import type { LogDatabase, Topic } from './database.js';
import type { Heads } from './heads.js';
import { AGREE_WITHIN_MS, LEASE_MS, Membership, type Assignment } from './membership.js';
import { OpenPartition } from './open-partition.js';
import { readRecords } from './records.js';

const RENEW_EVERY_MS = 3_000;
const RENEW_AGAIN_AFTER_MS = 500;
const COMMIT_EVERY_MS = 1_000;
const AGAIN_AFTER_MS = 1_000;
const AGREEMENT_POLL_MS = 50;
const DRAIN_MS = 10_000;

/** A subscription of the embedded log. One loop that nothing ends but `close`: join, read, agree to changes, begin anew after any error. */
export class EmbeddedReader implements LogReader {
  private readonly id = randomUUID();
  private readonly closing = new AbortController();
  private readonly logger: Logger;
  private readonly done: Promise<void>;
  private partitions: readonly OpenPartition[] = [];
  private turn = 0;
  private membership: Membership | undefined;
  /** Generation whose partitions we have taken. */
  private taken = -1n;
  private renewedAt = -Infinity;
  private expelled = false;
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
    const alive =
      this.subscription.group === null
        ? this.partitions.length > 0 && this.heads.silentMs < LEASE_MS
        : this.membership !== undefined && performance.now() - this.renewedAt < LEASE_MS;
    return { alive, detail: alive ? 'reads' : this.detail };
  }

  async close(drainMs: number = DRAIN_MS): Promise<void> {
    this.closing.abort();
    this.abortRunning();
    this.wake();
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

  /** Reads everything, for itself. Where it stands is kept over outages, in its partitions. */
  private async readAll(topics: readonly Topic[]): Promise<void> {
    if (this.partitions.length === 0) {
      const beginnings = await this.beginnings(topics);
      this.partitions = allOf(topics).map(({ topic, partition }) => new OpenPartition(topic, partition, beginnings.get(`${topic.id} ${partition}`) ?? 0n));
    }
    this.tellFound();
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
    this.expelled = false;
    this.tellFound();
    const commit = setInterval(() => void this.commit(membership).catch(() => undefined), COMMIT_EVERY_MS);
    const stopRenewing = this.keepRenewing(membership);
    try {
      while (!this.closing.signal.aborted && !this.expelled) {
        await this.agree(membership, group);
        if (this.taken !== membership.generation) await this.takePartitions(membership, group);
        await this.readReady();
        await this.nothingNew();
      }
    } finally {
      await this.giveBack(membership);
      stopRenewing();
      clearInterval(commit);
      await membership.leave().then(() => this.heads.sayGroup(), () => undefined);
      this.membership = undefined;
    }
  }

  /** When the group has changed: ends what runs, commits, and agrees. Partitions are taken anew, and their positions read anew. */
  private async agree(membership: Membership, group: string): Promise<void> {
    const generation = this.heads.generation(group);
    if (generation <= membership.generation) return;
    await this.giveBack(membership);
    if (!(await membership.agree(generation))) throw new Error('was expelled from its group');
    this.heads.sayGroup();
  }

  private async giveBack(membership: Membership): Promise<void> {
    this.abortRunning();
    await this.settleRunning();
    await this.commit(membership).catch(() => undefined);
    this.partitions = [];
    this.taken = -1n;
  }

  private async takePartitions(membership: Membership, group: string): Promise<void> {
    const assignment = await this.agreedAssignment(membership, group);
    if (!assignment) return;
    const committed = await membership.positions();
    const beginnings = await this.beginnings([...new Set(assignment.map(({ topic }) => topic))]);
    this.partitions = assignment.map(({ topic, partition }) => {
      const key = `${topic.id} ${partition}`;
      return new OpenPartition(topic, partition, this.subscription.rewindTo?.(topic.name, partition) ?? committed.get(key) ?? beginnings.get(key) ?? 0n);
    });
    this.taken = membership.generation;
    this.logger.debug({ partitions: this.partitions.map(({ topic, partition }) => `${topic.name} ${partition}`) }, 'took its partitions');
  }

  /** What is ours once every member has agreed; null where the group has changed again, or we are to end. */
  private async agreedAssignment(membership: Membership, group: string): Promise<Assignment | null> {
    const deadline = performance.now() + AGREE_WITHIN_MS;
    while (!this.closing.signal.aborted && !this.expelled && this.heads.generation(group) <= membership.generation) {
      const assignment = await membership.assignment();
      if (assignment) return assignment;
      await membership.dropDead();
      if (performance.now() > deadline) await membership.expelOthers();
      await sleep(AGREEMENT_POLL_MS);
    }
    return null;
  }

  /** Hands out what is new, as many partitions at a time as the subscription allows. */
  private async readReady(): Promise<void> {
    const { partitions, turn } = this;
    for (let at = 0; at < partitions.length && this.hasRoom(); at += 1) {
      // Where the last look ended: a partition that always has something must not keep the others waiting.
      const partition = partitions[(turn + at) % partitions.length] as OpenPartition;
      const end = this.heads.end(partition.topic.id, partition.partition);
      if (!partition.isReady(end)) continue;
      const records = await readRecords(this.database, partition.topic, partition.partition, partition.next);
      if (this.closing.signal.aborted) return;
      this.turn = turn + at + 1;
      // What is gone by age leaves a gap at the beginning, and what was compacted one anywhere.
      if (records.length === 0) partition.next = end;
      else void partition.handOut(records, this.subscription.onRecords, (position) => this.commitNow(position), this.logger).then(() => this.wake());
    }
  }

  /** Waits until a look, the end of a call or the end of a pause may have changed something. */
  private async nothingNew(): Promise<void> {
    const isReady = (partition: OpenPartition): boolean => partition.isReady(this.heads.end(partition.topic.id, partition.partition));
    if (this.hasRoom() && this.partitions.some(isReady)) return;
    await new Promise<void>((resolve) => {
      this.wake = resolve;
      if (this.closing.signal.aborted) resolve();
    });
  }

  private hasRoom(): boolean {
    return this.partitions.filter(({ isBusy }) => isBusy).length < (this.subscription.concurrency ?? 1);
  }

  /** Renews the lease until it is told to stop, or has lost it. @returns what stops it */
  private keepRenewing(membership: Membership): () => void {
    let timer: NodeJS.Timeout;
    let stopped = false;
    const renew = async (): Promise<void> => {
      let againAfterMs = RENEW_EVERY_MS;
      try {
        this.expelled = !(await membership.renew());
        if (!this.expelled) this.renewedAt = performance.now();
        await membership.dropDead();
        this.tellFound();
      } catch (error) {
        this.tellLost(error);
        againAfterMs = RENEW_AGAIN_AFTER_MS;
      }
      if (this.expelled) this.abortRunning();
      this.wake();
      if (!stopped && !this.expelled) timer = setTimeout(() => void renew(), againAfterMs);
    };
    timer = setTimeout(() => void renew(), RENEW_EVERY_MS);
    return () => {
      stopped = true;
      clearTimeout(timer);
    };
  }

  private async commitNow(position: Parameters<Membership['commit']>[0][number]): Promise<void> {
    if (this.subscription.group === null) return;
    if (!this.membership) throw new DependencyDown('the event log', new Error('is no member of the group'));
    await this.membership.commit([position]);
  }

  private async commit(membership: Membership): Promise<void> {
    const settled = this.partitions.flatMap((partition) => (partition.uncommitted === undefined ? [] : [{ partition, next: partition.uncommitted }]));
    if (settled.length === 0) return;
    await membership.commit(settled.map(({ partition: { topic, partition }, next }) => ({ topic: topic.id, partition, next })));
    for (const { partition, next } of settled) if (partition.uncommitted === next) partition.uncommitted = undefined;
  }

  private async beginnings(topics: readonly Topic[]): Promise<ReadonlyMap<string, bigint>> {
    const column = this.subscription.from === 'end' ? 'next_offset' : 'first_offset';
    const rows = await this.database.query<{ topic: number; partition: number; at: string }>(
      `select topic, partition, ${column} as at from event_log.partitions where topic = any($1)`,
      [topics.map(({ id }) => id)],
    );
    return new Map(rows.map(({ topic, partition, at }) => [`${topic} ${partition}`, BigInt(at)]));
  }

  private abortRunning(): void {
    for (const partition of this.partitions) partition.abort();
  }

  private async settleRunning(): Promise<void> {
    await Promise.all(this.partitions.map((partition) => partition.settled()));
  }

  private tellFound(): void {
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

const allOf = (topics: readonly Topic[]): Assignment =>
  topics.flatMap((topic) => Array.from({ length: topic.partitions }, (_, partition) => ({ topic, partition })));
