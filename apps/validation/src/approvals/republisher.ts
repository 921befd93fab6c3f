import { Injectable } from '@nestjs/common';
import { ToolExecutionRequested, type ToolExecutionDecided } from '@toolplane/contracts/events';
import { EventLog, Publisher, type PartitionRange } from '@toolplane/messaging';
import { Database, Positions, type Tx } from '@toolplane/persistence';
import { SaysAgain } from '@toolplane/service-kit';

const BATCH = 200;
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
   order by d.tenant_id, d.execution_id limit ${BATCH}`;
const BEFORE_ALL = ['', '00000000-0000-0000-0000-000000000000'];

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
export class Republisher extends SaysAgain {
  readonly topics = [ToolExecutionRequested.topic];

  constructor(
    private readonly database: Database,
    private readonly positions: Positions,
    private readonly publisher: Publisher,
    private readonly log: EventLog,
  ) {
    super();
  }

  hasLost(tx: Tx, ranges: readonly PartitionRange[]): Promise<boolean> {
    return this.positions.isBehind(tx, this.log.clusterId, ranges);
  }

  async sayAgain(): Promise<number> {
    await this.database.asWorker((tx) => this.positions.disown(tx));
    let after = BEFORE_ALL;
    for (let said = 0; ; ) {
      const rows = await this.database.asWorker((tx) => tx.query<Kept>(PAGE, after));
      const events = rows.flatMap(({ first, turns }) => [first, ...turns]).map((event) => ({ ...event, data: { ...event.data, saidAgain: true } }));
      await this.publisher.publish(events);
      said += events.length;
      const last = rows.at(-1);
      if (!last || rows.length < BATCH) return said;
      after = [last.tenantId, last.executionId];
    }
  }
}
