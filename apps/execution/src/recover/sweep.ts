import { ToolInvocationReported } from '@toolplane/contracts/events';
import { deriveEventId } from '@toolplane/contracts/ids';
import type { Logger } from '@toolplane/observability';
import type { Database, Outbox, Tx } from '@toolplane/persistence';
import { laterEventsOf } from '../execution/execution-events.js';
import type { Dated, ExecutionStore } from '../execution/execution.store.js';
import { recoverStore, type Due } from './recover.store.js';

const BATCH = 500;

/** How far this service has got in a topic, and where the topic ended when asked. */
export interface Progress {
  /** Next offset to be read of each partition, by everything this service has stored. */
  read(tx: Tx, topic: string): Promise<ReadonlyMap<number, bigint>>;
  ends(topic: string): Promise<ReadonlyMap<number, bigint>>;
}

/** A moment, and where the reports ended then. Leases that had run out by it are judged once that much is read. */
interface Horizon {
  readonly at: Date;
  readonly ends: ReadonlyMap<number, bigint>;
}

/**
 * Ends what nobody will report on any more. A lease alone is no proof: an attempt is judged only when every report that was in the
 * log after its lease ran out has been read, so that a queue or a pause of this service kills nothing.
 */
export class Sweep {
  private since = new Date(0);
  private horizon: Horizon | null = null;

  constructor(
    private readonly database: Database,
    private readonly executions: ExecutionStore,
    private readonly outbox: Outbox,
    private readonly progress: Progress,
    private readonly logger: Logger,
  ) {}

  /** One round. @returns how many executions it moved. */
  async run(): Promise<number> {
    const { horizon } = this;
    const round = await this.database.asWorker(async (tx) => {
      if (!(await recoverStore.lead(tx))) return null;
      const expired = await this.expire(tx);
      const judged = horizon && (await this.hasRead(tx, horizon)) ? await this.judge(tx, horizon.at) : null;
      await recoverStore.forgetKeys(tx);
      return { moved: expired + (judged?.moved ?? 0), since: judged?.since ?? null };
    });
    // Only now: had the transaction not been committed, what it passed over would be passed over for good.
    if (round?.since) [this.since, this.horizon] = [round.since, null];
    if (this.horizon === null) this.horizon = await this.look();
    if (round && round.moved > 0) this.logger.info({ moved: round.moved }, 'ended or repeated executions whose worker was lost or whose deadline passed');
    return round?.moved ?? 0;
  }

  /** Database time first, the log's end after it: all reports written before that moment lie below that end. */
  private async look(): Promise<Horizon> {
    const at = await this.database.asWorker((tx) => recoverStore.now(tx));
    return { at, ends: await this.progress.ends(ToolInvocationReported.topic) };
  }

  private async hasRead(tx: Tx, { ends }: Horizon): Promise<boolean> {
    const read = await this.progress.read(tx, ToolInvocationReported.topic);
    return [...ends].every(([partition, end]) => end === 0n || (read.get(partition) ?? 0n) >= end);
  }

  private async judge(tx: Tx, at: Date): Promise<{ readonly moved: number; readonly since: Date }> {
    const due = await recoverStore.leases(tx, this.since, at, BATCH);
    await this.apply(tx, due, ({ attempt }) => ({ type: 'lease_expired', attempt }));
    return { moved: due.length, since: await recoverStore.oldestLease(tx, this.since, at) };
  }

  private async expire(tx: Tx): Promise<number> {
    const due = await recoverStore.deadlines(tx, BATCH);
    await this.apply(tx, due, () => ({ type: 'deadline_passed' }));
    return due.length;
  }

  private async apply(tx: Tx, due: readonly Due[], trigger: (each: Due) => Dated['trigger']): Promise<void> {
    if (due.length === 0) return;
    const triggers = due.map((each): Dated => {
      const made = trigger(each);
      return {
        tenantId: each.tenantId, id: each.id, trigger: made, eventId: deriveEventId(each.tenantId, each.id, `${made.type}:${each.attempt}`),
      };
    });
    const later = laterEventsOf(await this.executions.apply(tx, triggers));
    if (later.length > 0) await this.outbox.add(tx, later);
  }
}
