import type { CloudEvent } from '@toolplane/contracts/envelope';
import type { Outgoing } from '@toolplane/contracts/events';
import { batchOf } from '../batch-of.js';
import type { Database } from '../database.js';
import type { Tx } from '../tx.js';
import { startRelay, type RelayHandle, type RelayOptions } from './relay.js';

export interface OutboxEntry {
  readonly event: Outgoing<CloudEvent>;
  /** Not before this moment, or this many milliseconds of database time from the transaction on; at once if absent. */
  readonly dueAt?: Date | number;
}

const entry = batchOf({ eventId: 'uuid', topic: 'text', tenantId: 'text', event: 'json', dueAt: 'timestamptz', delayMs: 'float8' });

/** Events whose trigger is not a record, HTTP calls and timers: stored with what they tell of, sent afterwards by the relay. */
export class Outbox {
  private readonly add_: string;
  private wake: (() => void) | undefined;

  constructor(private readonly database: Database) {
    // No conflict target: the API role may insert here and read nothing.
    this.add_ = `
      insert into ${database.service}.outbox (event_id, topic, tenant_id, event, due_at)
      select event_id, topic, tenant_id, event, coalesce(due_at, now() + delay_ms * interval '1 millisecond', now()) from ${entry.source}
      on conflict do nothing`;
  }

  /** Adds events in the caller’s transaction. An event that is still waiting is not added again, and keeps its due time. */
  async add(tx: Tx, entries: readonly OutboxEntry[]): Promise<void> {
    if (entries.length === 0) return;
    const rows = entries.map(({ event, dueAt }) => ({
      eventId: event.id,
      topic: event.topic ?? '',
      tenantId: event.tenantid,
      event,
      ...(typeof dueAt === 'number' ? { delayMs: dueAt } : { dueAt }),
    }));
    await tx.query(this.add_, entry.values(rows));
    tx.afterCommit(() => this.wake?.());
  }

  /**
   * Sends what is due, for as long as this process leads: one process of a service at a time does.
   * @param send resolves once the events are durable elsewhere; an event is sent again, under the same id, where that is not known
   */
  relay(send: (events: readonly Outgoing<CloudEvent>[]) => Promise<void>, options: RelayOptions = {}): RelayHandle {
    if (this.wake) throw new Error('The outbox has a relay already');
    const relay = startRelay(this.database, send, options);
    this.wake = relay.wake;
    return {
      stop: async () => {
        this.wake = undefined;
        await relay.stop();
      },
    };
  }
}
