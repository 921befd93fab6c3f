import { Controller } from '@nestjs/common';
import { ToolInvocationReported } from '@toolplane/contracts/events';
import { wireError } from '@toolplane/contracts/errors';
import type { Received } from '@toolplane/contracts/envelope';
import { EventLog, OnEvents, Publisher } from '@toolplane/messaging';
import { Database, Outbox, Positions } from '@toolplane/persistence';
import { eventsOf } from '../execution/execution-events.js';
import { ExecutionStore, type Dated } from '../execution/execution.store.js';
import type { Result } from '../execution/state-machine.js';

/** Applies what workers report: ends executions, schedules retries, files what comes too late. */
@Controller()
export class OnToolInvocationReported {
  constructor(
    private readonly database: Database,
    private readonly executions: ExecutionStore,
    private readonly outbox: Outbox,
    private readonly positions: Positions,
    private readonly publisher: Publisher,
    private readonly log: EventLog,
  ) {}

  @OnEvents(ToolInvocationReported)
  async handle(events: readonly Received<ToolInvocationReported>[]): Promise<void> {
    const due = await this.database.asWorker(async (tx) => {
      const { now, later } = eventsOf(await this.executions.apply(tx, events.map(toTrigger)));
      if (later.length > 0) await this.outbox.add(tx, later);
      await this.positions.advance(tx, events, this.log.clusterId);
      return now;
    });
    await this.publisher.publish(due);
  }
}

const toTrigger = ({ tenantid, id, data }: ToolInvocationReported): Dated => ({
  tenantId: tenantid, id: data.executionId, eventId: id, report: data,
  trigger: { type: 'reported', attempt: data.attempt, result: resultOf(data) },
});

function resultOf({ status, error }: ToolInvocationReported['data']): Result {
  if (status === 'failed') return { status, error: error ?? wireError('PROVIDER_FAILED') };
  return error?.retryAfterMs ? { status, retryAfterMs: error.retryAfterMs } : { status };
}
