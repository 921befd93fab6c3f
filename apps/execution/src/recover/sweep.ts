import { deriveEventId } from '@toolplane/contracts/ids';
import type { Logger } from '@toolplane/observability';
import type { Database, Outbox, Tx } from '@toolplane/persistence';
import { laterEventsOf } from '../execution/execution-events.js';
import type { Dated, ExecutionStore } from '../execution/execution.store.js';
import type { Horizon, Progress } from './progress.js';
import { recoverStore, type Due } from './recover.store.js';

const BATCH = 500;
/** A provider of which no worker lives takes nothing; this long after the lease its executions are ended all the same. */
const WORKERS_GONE_MS = 300_000;

/**
 * Ends what nobody will report on any more. A lease alone is no proof: an attempt is judged only when every report that was in the
 * log after its lease ran out has been applied, and its provider has taken every dispatch that was: a queue or a pause is no death.
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
    if (this.horizon?.clusterId !== this.progress.clusterId) this.horizon = null;
    const { horizon } = this;
    const lagging = horizon ? await this.progress.laggingProviders(horizon) : [];
    const round = await this.database.asWorker(async (tx) => {
      if (!(await recoverStore.lead(tx))) return null;
      const expired = await this.expire(tx);
      const judged = horizon && (await this.progress.hasReadReports(tx, horizon)) ? await this.judge(tx, horizon.at, lagging) : null;
      await recoverStore.forgetKeys(tx);
      return { moved: expired + (judged?.moved ?? 0), since: judged?.since ?? null };
    });
    // Only now: had the transaction not been committed, what it passed over would be passed over for good.
    if (round?.since) [this.since, this.horizon] = [round.since, null];
    if (this.horizon === null) this.horizon = await this.look();
    if (round && round.moved > 0) this.logger.info({ moved: round.moved }, 'ended or repeated executions whose worker was lost or whose deadline passed');
    return round?.moved ?? 0;
  }

  /** Database time first, the log's ends after it: all that was written before that moment lies below them. */
  private async look(): Promise<Horizon> {
    return this.progress.look(await this.database.asWorker((tx) => recoverStore.now(tx)));
  }

  private async judge(tx: Tx, at: Date, lagging: readonly string[]): Promise<{ readonly moved: number; readonly since: Date }> {
    const due = await recoverStore.leases(tx, { since: this.since, judgedAt: at, lagging, goneMs: WORKERS_GONE_MS, limit: BATCH });
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
