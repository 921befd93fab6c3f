import { dispatchedTopic, ToolInvocationDispatched, ToolInvocationReported } from '@toolplane/contracts/events';
import { groupOf, type EventLog } from '@toolplane/messaging';
import type { Positions, Tx } from '@toolplane/persistence';

/** A moment, and where reports and dispatches ended after it. */
export interface Horizon {
  readonly at: Date;
  /** Ends mean nothing in another log. */
  readonly clusterId: string;
  readonly reported: Ends;
  readonly dispatched: ReadonlyMap<string, Ends>;
}
type Ends = ReadonlyMap<number, bigint>;

/** How far reports are applied and dispatches are taken: what a lease is judged by, besides its time. */
export interface Progress {
  /** @param at database time, taken before the ends are asked for. @throws DependencyDown */
  look(at: Date): Promise<Horizon>;
  /** Which log this is about now. */
  readonly clusterId: string;
  /** Whether every report below the horizon's end is stored. */
  hasReadReports(tx: Tx, horizon: Horizon): Promise<boolean>;
  /** Providers whose workers have not yet taken every dispatch below the horizon's end. @throws DependencyDown */
  laggingProviders(horizon: Horizon): Promise<readonly string[]>;
}

/** The same, asked of the event log and of the positions that are stored with every batch. */
export class LogProgress implements Progress {
  constructor(
    private readonly log: EventLog,
    private readonly positions: Positions,
    private readonly providers: readonly string[],
  ) {}

  get clusterId(): string {
    return this.log.clusterId;
  }

  async look(at: Date): Promise<Horizon> {
    const reported = await this.ends(ToolInvocationReported.topic);
    const dispatched = new Map<string, Ends>();
    for (const provider of this.providers) dispatched.set(provider, await this.ends(dispatchedTopic(provider)));
    return { at, clusterId: this.log.clusterId, reported, dispatched };
  }

  async hasReadReports(tx: Tx, { reported }: Horizon): Promise<boolean> {
    const stored = (await this.positions.all(tx)).filter(({ topic, clusterId }) => topic === ToolInvocationReported.topic && clusterId === this.log.clusterId);
    const next = new Map(stored.map(({ partition, nextOffset }) => [partition, nextOffset]));
    return reachedBy(reported, next);
  }

  async laggingProviders({ dispatched }: Horizon): Promise<readonly string[]> {
    const lagging: string[] = [];
    for (const [provider, ends] of dispatched) {
      const positions = await this.log.groupPositions(groupOf(`provider-${provider}`, ToolInvocationDispatched), [dispatchedTopic(provider)]);
      if (!reachedBy(ends, new Map(positions.map(({ partition, next }) => [partition, next ?? 0n])))) lagging.push(provider);
    }
    return lagging;
  }

  /** Partitions that hold nothing, or nothing any more, have no end to be reached. */
  private async ends(topic: string): Promise<Ends> {
    const ranges = await this.log.endOffsets([topic]);
    return new Map(ranges.filter(({ first, end }) => end > first).map(({ partition, end }) => [partition, end]));
  }
}

const reachedBy = (ends: Ends, next: Ends): boolean => [...ends].every(([partition, end]) => (next.get(partition) ?? 0n) >= end);
