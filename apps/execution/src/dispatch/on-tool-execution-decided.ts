import { Controller } from '@nestjs/common';
import { ToolExecutionDecided } from '@toolplane/contracts/events';
import type { Received } from '@toolplane/contracts/envelope';
import { EventLog, OnEvents, Publisher } from '@toolplane/messaging';
import { Database, Positions } from '@toolplane/persistence';
import { eventsOf } from '../execution/execution-events.js';
import { ExecutionStore, type Dated } from '../execution/execution.store.js';
import type { Trigger } from '../execution/state-machine.js';

/** Stores what was decided and hands what is allowed to its provider. */
@Controller()
export class OnToolExecutionDecided {
  constructor(
    private readonly database: Database,
    private readonly executions: ExecutionStore,
    private readonly positions: Positions,
    private readonly publisher: Publisher,
    private readonly log: EventLog,
  ) {}

  @OnEvents(ToolExecutionDecided)
  async handle(events: readonly Received<ToolExecutionDecided>[]): Promise<void> {
    const { now } = await this.database.asWorker(async (tx) => {
      const applied = await this.executions.apply(tx, events.map(toTrigger));
      await this.positions.advance(tx, events, this.log.clusterId);
      return eventsOf(applied);
    });
    await this.publisher.publish(now);
  }
}

const toTrigger = (event: ToolExecutionDecided): Dated => ({
  tenantId: event.tenantid, id: event.data.executionId, eventId: event.id, trigger: triggerOf(event.data), decision: event,
});

function triggerOf({ outcome, error }: ToolExecutionDecided['data']): Trigger {
  if (outcome !== 'rejected') return { type: 'decided', outcome };
  if (!error) throw new Error('a rejection carries its error');
  return { type: 'decided', outcome, error };
}
