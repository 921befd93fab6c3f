import { Injectable } from '@nestjs/common';
import { ToolExecutionDecided, ToolInvocationReported } from '@toolplane/contracts/events';
import { EventLog, Publisher } from '@toolplane/messaging';
import { Database, Positions } from '@toolplane/persistence';
import { PagedRepublisher } from '@toolplane/service-kit';
import { requestedEvent } from '../accept/requested-event.js';
import { endedEvents, type ToPublish } from '../execution/execution-events.js';
import { ROW, type ExecutionRow } from '../execution/execution-row.js';

/** As long as the log itself keeps them. */
const KEPT_DAYS = 7;
/** By primary key from where the last page ended: however many there are, a page at a time is held. */
const PAGE = `
  select ${ROW} from execution.executions e
   where (e.tenant_id, e.id) > ($1, $2::uuid)
     and (e.status = 'requested' or e.finished_at > now() - interval '${KEPT_DAYS} days')
   order by e.tenant_id, e.id limit $3`;

/**
 * To a log that was made anew: requests that nobody has decided yet, and how executions of the last days have ended. Dispatches never:
 * what was handed to a worker is judged by its lease.
 */
@Injectable()
export class Republisher extends PagedRepublisher<ExecutionRow> {
  readonly topics = [ToolExecutionDecided.topic, ToolInvocationReported.topic];
  protected readonly page = PAGE;

  constructor(database: Database, positions: Positions, publisher: Publisher, log: EventLog) {
    super({ database, positions, publisher, log });
  }

  protected keyOf({ tenantId, id }: ExecutionRow): readonly [string, string] {
    return [tenantId, id];
  }

  protected eventsOf(row: ExecutionRow): readonly ToPublish[] {
    return row.status === 'requested' ? [requestedEvent(row)] : endedEvents(row);
  }
}
