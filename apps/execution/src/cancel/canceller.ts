import { Injectable } from '@nestjs/common';
import { deriveEventId } from '@toolplane/contracts/ids';
import { Database, Outbox } from '@toolplane/persistence';
import { laterEventsOf } from '../execution/execution-events.js';
import type { ExecutionRow, Principal } from '../execution/execution-row.js';
import { ExecutionStore } from '../execution/execution.store.js';

@Injectable()
export class Canceller {
  constructor(
    private readonly database: Database,
    private readonly executions: ExecutionStore,
    private readonly outbox: Outbox,
  ) {}

  /** @returns the row as it then stands, whoever ended it; null where there is no such execution. */
  cancel(tenantId: string, id: string, by: Principal): Promise<ExecutionRow | null> {
    return this.database.asWorker(async (tx) => {
      const eventId = deriveEventId(tenantId, id, 'cancel_requested');
      const applied = await this.executions.apply(tx, [{ tenantId, id, eventId, trigger: { type: 'cancel_requested' }, by }]);
      // Asked again, it is told already: the outbox holds it since it was stored.
      await this.outbox.add(tx, laterEventsOf(applied.filter(({ answer }) => answer === 'applied')));
      return applied[0]?.row ?? null;
    });
  }
}
