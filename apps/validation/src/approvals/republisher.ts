import { Injectable } from '@nestjs/common';
import { ToolExecutionRequested, type ToolExecutionDecided } from '@toolplane/contracts/events';
import { EventLog, Publisher } from '@toolplane/messaging';
import { Database, Positions } from '@toolplane/persistence';
import { PagedRepublisher } from '@toolplane/service-kit';

/** As long as the log itself keeps them. */
const KEPT_DAYS = 7;
/** By primary key from where the last page ended; the turns of an approval behind the decision that asked for it. */
const PAGE = `
  select d.tenant_id as "tenantId", d.execution_id as "executionId", d.event as first,
         (select coalesce(json_agg(t.event order by t.at, t.turn), '[]')
            from validation.approvals a join validation.approval_turns t on (t.tenant_id, t.approval_id) = (a.tenant_id, a.id)
           where (a.tenant_id, a.execution_id) = (d.tenant_id, d.execution_id)) as turns
    from validation.decisions d
   where (d.tenant_id, d.execution_id) > ($1, $2::uuid) and d.created_at > now() - interval '${KEPT_DAYS} days'
   order by d.tenant_id, d.execution_id limit $3`;

interface Kept {
  readonly tenantId: string;
  readonly executionId: string;
  readonly first: ToolExecutionDecided;
  readonly turns: readonly ToolExecutionDecided[];
}

/**
 * To a log that was made anew: the decisions that are kept, and what became of their approvals. Marked as said again, so that nothing that
 * runs already is handed to a worker once more: the log was the workers' memory.
 */
@Injectable()
export class Republisher extends PagedRepublisher<Kept> {
  readonly topics = [ToolExecutionRequested.topic];
  protected readonly page = PAGE;

  constructor(database: Database, positions: Positions, publisher: Publisher, log: EventLog) {
    super({ database, positions, publisher, log });
  }

  protected keyOf({ tenantId, executionId }: Kept): readonly [string, string] {
    return [tenantId, executionId];
  }

  protected eventsOf({ first, turns }: Kept): readonly ToolExecutionDecided[] {
    return [first, ...turns].map((event) => ({ ...event, data: { ...event.data, saidAgain: true } }));
  }
}
