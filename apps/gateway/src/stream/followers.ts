import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { ToolplaneError } from '@toolplane/contracts/errors';
import type { LogRecord } from '@toolplane/messaging';
import { Metrics, type MetricDefinition } from '@toolplane/observability';
import type { Entry } from './followed-chain.js';

const STREAMS: MetricDefinition<never> = { name: 'toolplane_gateway_event_streams', help: 'Live streams that are open in this instance.' };

/** Whoever follows a tenant's audit live. */
export interface Follower {
  readonly tenantId: string;
  tell(entries: readonly Entry[]): void;
  end(): void;
}

/**
 * Tenants that somebody in this process follows. Looked at for every record, before anything is parsed. One set for the process, because it
 * only saves work: who follows what is the followers' business.
 */
const followed = new Map<string, number>();

/** Of audit entries, whose key is the tenant. */
export const isFollowed = ({ key }: Pick<LogRecord, 'key'>): boolean => followed.size > 0 && (key === null || followed.has(key.toString('latin1')));

/** A stream costs a socket and a look every few seconds; more than these are somebody's mistake. */
const MOST = { ofTenant: 100, ofAll: 1_000 };

/** Who follows which tenant, in this instance. Fed by the entries that every instance reads from the end. */
@Injectable()
export class Followers implements BeforeApplicationShutdown {
  private readonly byTenant = new Map<string, Set<Follower>>();
  private count = 0;

  constructor(metrics: Metrics) {
    metrics.gauge(STREAMS, (gauge) => gauge.set(this.count));
  }

  /** @throws ToolplaneError RATE_LIMITED where there are too many */
  makeRoomFor(tenantId: string): void {
    const own = this.byTenant.get(tenantId)?.size ?? 0;
    if (own >= MOST.ofTenant || this.count >= MOST.ofAll) {
      throw new ToolplaneError('RATE_LIMITED', { message: 'too many live streams are open', retryAfterMs: 10_000 });
    }
  }

  add(follower: Follower): void {
    const { tenantId } = follower;
    const others = this.byTenant.get(tenantId) ?? new Set();
    this.byTenant.set(tenantId, others.add(follower));
    this.count += 1;
    followed.set(tenantId, (followed.get(tenantId) ?? 0) + 1);
  }

  remove(follower: Follower): void {
    const { tenantId } = follower;
    const others = this.byTenant.get(tenantId);
    if (!others?.delete(follower)) return;
    this.count -= 1;
    if (others.size === 0) this.byTenant.delete(tenantId);
    const left = (followed.get(tenantId) ?? 1) - 1;
    if (left > 0) followed.set(tenantId, left);
    else followed.delete(tenantId);
  }

  tell(tenantId: string, entries: readonly Entry[]): void {
    for (const follower of this.byTenant.get(tenantId) ?? []) follower.tell(entries);
  }

  /** So that the server can close. Whoever follows comes back with the last id it has seen. */
  beforeApplicationShutdown(): void {
    for (const followers of [...this.byTenant.values()]) for (const follower of [...followers]) follower.end();
  }
}
