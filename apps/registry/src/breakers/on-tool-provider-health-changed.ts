import { Controller } from '@nestjs/common';
import type { Received } from '@toolplane/contracts/envelope';
import { ToolProviderHealthChanged } from '@toolplane/contracts/events';
import { EventLog, OnEvents } from '@toolplane/messaging';
import { Database, Positions } from '@toolplane/persistence';
import { BreakerStore, type Told } from './breaker.store.js';

/** Keeps what the workers tell of their circuit breakers, so that operators see them in one place. */
@Controller()
export class OnToolProviderHealthChanged {
  constructor(
    private readonly database: Database,
    private readonly breakers: BreakerStore,
    private readonly positions: Positions,
    private readonly log: EventLog,
  ) {}

  @OnEvents(ToolProviderHealthChanged)
  async handle(events: readonly Received<ToolProviderHealthChanged>[]): Promise<void> {
    const { breakers, workers } = newest(events);
    await this.database.asWorker(async (tx) => {
      await this.breakers.take(tx, breakers, workers);
      await this.positions.advance(tx, events, this.log.clusterId);
    });
  }
}

/** Of each breaker the last word, and which workers began anew or ended. In key order, as every statement takes them. */
const newest = (events: readonly Received<ToolProviderHealthChanged>[]) => {
  const breakers = new Map<string, Told>();
  const workers = new Map<string, { readonly worker: string; readonly at: Date }>();
  for (const { tenantid: tenantId, time, record, data: { provider, worker, status, breaker } } of events) {
    const toldAt = new Date(time ?? record.appendedAt);
    if (breaker) {
      const { id, toolId, origin, state, since, retryAfterMs } = breaker;
      breakers.set(`${tenantId} ${id} ${worker}`, { tenantId, id, worker, provider, toolId, origin, state, since, retryAfterMs, toldAt });
    } else if (status !== 'draining') {
      workers.set(worker, { worker, at: toldAt });
      for (const [key, known] of breakers) if (known.worker === worker && known.toldAt < toldAt) breakers.delete(key);
    }
  }
  const inOrder = <Row>(rows: ReadonlyMap<string, Row>): Row[] => [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  return { breakers: inOrder(breakers), workers: inOrder(workers) };
};
