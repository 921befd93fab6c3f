import type { Consumer, ConsumerGroupJoinEvent, EachBatchPayload } from 'kafkajs';
import { DependencyDown } from '@toolplane/contracts/errors';
import type { Logger } from '@toolplane/observability';
import type { PartitionBatch, Subscription } from '../port/subscription.js';
import { ClusterAccess, removeMember } from './cluster-access.js';
import { EVENT_LOG, PATIENT, protocolError, type Client } from './connection.js';
import { recordsOf } from './records.js';

/** A member that was not heard of for so long is taken for dead, and another gets its partitions. */
export const SESSION_TIMEOUT_MS = 10_000;
const HEARTBEAT_MS = 1_000;
const COMMIT_EVERY_MS = 1_000;
/** `disconnect` waits for the running poll. */
const POLL_MS = 500;
/** After an error of our own that should have been dealt with above. */
const AFTER_BUG_MS = 1_000;
const MAX_BYTES = 10 * 1_048_576;
/** Answers that mean: somebody else decides about these partitions now. */
const NO_LONGER_OURS: ReadonlySet<string> = new Set(['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID', 'FENCED_INSTANCE_ID']);

/** Where reading stands, by topic and partition. Outlives a member where there is no group that keeps it. */
export type Positions = Map<string, { readonly topic: string; readonly partition: number; readonly next: bigint }>;
export const partitionKey = (topic: string, partition: number): string => `${topic} ${partition}`;

type JoinedGroup = ConsumerGroupJoinEvent['payload'];

/** A batch that is being handled. */
class Call {
  readonly controller = new AbortController();
  /** The group’s word that these partitions are no longer ours; kafkajs wants to hear it again, and rejoins. */
  expelled: Error | undefined;

  /** @returns whether this error ends the call: a connection that breaks mends itself, only the group’s word counts */
  expel(error: unknown): boolean {
    if (!NO_LONGER_OURS.has(protocolError(error) ?? '')) return false;
    this.expelled = error as Error;
    this.controller.abort();
    return true;
  }
}

export interface MemberOptions {
  readonly client: Client;
  readonly subscription: Subscription;
  readonly groupId: string;
  /** With no group: where to go on, kept up to date. */
  readonly positions: Positions | undefined;
  /** Awaited after each join, before the first record is handed out. */
  readonly onJoined: () => Promise<void>;
  /** The member that stayed here before and did not leave. */
  readonly former: string | undefined;
  readonly onHeartbeat: () => void;
  readonly logger: Logger;
}

/** One stay of one kafkajs consumer, from connecting to its end. It never restarts: whoever owns it makes another. */
export class Member {
  /** Resolves with the reason when kafkajs has given up, which it otherwise does in silence. */
  readonly crashed: Promise<Error>;
  private readonly consumer: Consumer;
  private readonly access = new ClusterAccess();
  /** Settled and not yet committed. Forgotten at every join: a commit for a partition that went to another member would set it back. */
  private readonly uncommitted: Positions = new Map();
  private readonly running = new Set<Call>();
  private readonly resumes = new Map<string, { readonly timer: NodeJS.Timeout; readonly resume: () => void }>();
  private joined: Promise<void> = Promise.resolve();
  private commitNow: EachBatchPayload['commitOffsetsIfNecessary'] | undefined;
  private commitTimer: NodeJS.Timeout | undefined;
  private joins = 0;
  private memberId: string | undefined;
  private leaving = false;

  constructor(private readonly options: MemberOptions) {
    const { kafka } = options.client;
    this.consumer = kafka.consumer({
      groupId: options.groupId,
      sessionTimeout: SESSION_TIMEOUT_MS,
      heartbeatInterval: HEARTBEAT_MS,
      maxWaitTimeInMs: POLL_MS,
      maxBytes: MAX_BYTES,
      allowAutoTopicCreation: false,
      partitionAssigners: [this.access.assigner],
      // Restarting is ours: kafkajs does it for some errors and not for others.
      retry: { ...PATIENT, restartOnFailure: () => Promise.resolve(false) },
    });
    const { events } = this.consumer;
    this.crashed = new Promise((resolve) => {
      this.consumer.on(events.CRASH, ({ payload }) => resolve(payload.error));
    });
    this.consumer.on(events.HEARTBEAT, () => options.onHeartbeat());
    this.consumer.on(events.REBALANCING, () => void this.commit());
    this.consumer.on(events.GROUP_JOIN, ({ payload }) => this.onJoin(payload));
  }

  /** The name under which the group knows us, once it does. */
  get id(): string | undefined {
    return this.memberId;
  }

  async start(): Promise<void> {
    const { former, groupId, subscription } = this.options;
    const { topics, concurrency } = subscription;
    await this.consumer.connect();
    if (former !== undefined) await removeMember(this.access.cluster, groupId, former);
    await this.consumer.subscribe({ topics: [...topics], fromBeginning: true });
    this.commitTimer = setInterval(() => void this.commit(), COMMIT_EVERY_MS);
    await this.consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: concurrency ?? 1,
      eachBatch: (payload) => this.onBatch(payload),
    });
  }

  /** Tells running calls to begin nothing more, waits for them, commits, leaves. */
  async leave(drainMs: number): Promise<void> {
    this.leaving = true;
    for (const { controller } of this.running) controller.abort();
    const drained = this.commit().then(() => this.consumer.stop());
    await Promise.race([drained.catch(() => undefined), new Promise((resolve) => setTimeout(resolve, drainMs).unref())]);
    this.end();
    await this.consumer.disconnect().catch(() => undefined);
  }

  /** Drops everything at once. */
  end(): void {
    this.leaving = true;
    clearInterval(this.commitTimer);
    for (const { controller } of this.running) controller.abort();
    for (const { timer } of this.resumes.values()) clearTimeout(timer);
    this.options.client.sockets.close();
  }

  private onJoin({ memberId, memberAssignment: assignment }: JoinedGroup): void {
    this.joins += 1;
    this.memberId = memberId;
    this.uncommitted.clear();
    for (const { timer, resume } of this.resumes.values()) {
      clearTimeout(timer);
      resume();
    }
    this.resumes.clear();
    for (const { topic, partition, next } of this.options.positions?.values() ?? [])
      if (assignment[topic]?.includes(partition)) this.consumer.seek({ topic, partition, offset: String(next) });
    for (const [topic, partitions] of Object.entries(assignment))
      for (const partition of partitions) {
        const next = this.options.subscription.rewindTo?.(topic, partition);
        if (next !== undefined) this.consumer.seek({ topic, partition, offset: String(next) });
      }
    this.options.onHeartbeat();
    this.joined = this.options.onJoined();
    this.options.logger.debug({ group: this.options.groupId, assignment }, 'joined the group');
  }

  private async onBatch(payload: EachBatchPayload): Promise<void> {
    if (this.leaving || payload.isStale()) return;
    const call = new Call();
    this.running.add(call);
    this.commitNow = payload.commitOffsetsIfNecessary;
    const beat = setInterval(() => {
      payload.heartbeat().catch((error: unknown) => call.expel(error));
    }, HEARTBEAT_MS);
    try {
      await this.joined;
      const pause = await this.options.subscription.onRecords(this.batchOf(payload, call));
      if (pause) this.pause(payload, pause.pauseMs);
    } catch (error) {
      // Thrown on, it would stop this consumer for good.
      this.options.logger.error({ err: error, topic: payload.batch.topic }, 'a batch could not be handled');
      this.pause(payload, AFTER_BUG_MS);
    } finally {
      clearInterval(beat);
      this.running.delete(call);
    }
    if (this.leaving || call.expelled) await this.commit();
    if (call.expelled) throw call.expelled;
  }

  private batchOf(payload: EachBatchPayload, call: Call): PartitionBatch {
    const { topic, partition } = payload.batch;
    const key = partitionKey(topic, partition);
    const settle = (next: bigint): void => {
      payload.resolveOffset(String(next - 1n));
      this.options.positions?.set(key, { topic, partition, next });
    };
    return {
      topic,
      partition,
      records: recordsOf(payload.batch),
      signal: call.controller.signal,
      done: (next) => {
        settle(next);
        this.uncommitted.set(key, { topic, partition, next });
      },
      commit: async (next) => {
        try {
          await payload.commitOffsetsIfNecessary({ topics: [{ topic, partitions: [{ partition, offset: String(next) }] }] });
        } catch (error) {
          call.expel(error);
          throw new DependencyDown(EVENT_LOG, error);
        }
        settle(next);
        this.uncommitted.delete(key);
      },
    };
  }

  /** Commits what is settled, in the generation it was read in and in no other: what then is not committed is read again, harmlessly. */
  private async commit(): Promise<void> {
    if (this.uncommitted.size === 0 || !this.commitNow || this.options.subscription.group === null) return;
    const { joins } = this;
    const settled = [...this.uncommitted.values()];
    this.uncommitted.clear();
    const topics = [...new Set(settled.map(({ topic }) => topic))].map((topic) => ({
      topic,
      partitions: settled.filter((position) => position.topic === topic).map(({ partition, next }) => ({ partition, offset: String(next) })),
    }));
    await this.commitNow({ topics }).catch((error: unknown) => {
      this.options.logger.debug({ err: error }, 'a commit failed');
      if (joins !== this.joins) return;
      for (const position of settled) {
        const key = partitionKey(position.topic, position.partition);
        if (!this.uncommitted.has(key)) this.uncommitted.set(key, position);
      }
    });
  }

  private pause(payload: EachBatchPayload, pauseMs: number): void {
    const key = partitionKey(payload.batch.topic, payload.batch.partition);
    const resume = payload.pause();
    const timer = setTimeout(() => {
      this.resumes.delete(key);
      resume();
    }, pauseMs);
    this.resumes.set(key, { timer, resume });
  }
}
