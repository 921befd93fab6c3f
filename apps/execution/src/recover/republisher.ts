import { Injectable } from '@nestjs/common';
import { ToolExecutionDecided, ToolInvocationReported } from '@toolplane/contracts/events';
import { EventLog, Publisher, type PartitionRange } from '@toolplane/messaging';
import { Database, Positions, type Tx } from '@toolplane/persistence';
import { SaysAgain } from '@toolplane/service-kit';
import { requestedEvent } from '../accept/requested-event.js';
import { endedEvents, type ToPublish } from '../execution/execution-events.js';
import { ROW, type ExecutionRow } from '../execution/execution-row.js';

const BATCH = 200;
/** As long as the log itself keeps them. */
const KEPT_DAYS = 7;
/** By primary key from where the last page ended: however many there are, a page at a time is held. */
const PAGE = `
  select ${ROW} from execution.executions e
   where (e.tenant_id, e.id) > ($1, $2::uuid)
     and (e.status = 'requested' or e.finished_at > now() - interval '${KEPT_DAYS} days')
   order by e.tenant_id, e.id limit ${BATCH}`;
const BEFORE_ALL = ['', '00000000-0000-0000-0000-000000000000'];

/**
 * To a log that was made anew: requests that nobody has decided yet, and how executions of the last days have ended. Dispatches never:
 * what was handed to a worker is judged by its lease.
 */
@Injectable()
export class Republisher extends SaysAgain {
  readonly topics = [ToolExecutionDecided.topic, ToolInvocationReported.topic];

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
      const rows = await this.database.asWorker((tx) => tx.query<ExecutionRow>(PAGE, after));
      const events = rows.flatMap((row): readonly ToPublish[] => (row.status === 'requested' ? [requestedEvent(row)] : endedEvents(row)));
      await this.publisher.publish(events);
      said += events.length;
      const last = rows.at(-1);
      if (!last || rows.length < BATCH) return said;
      after = [last.tenantId, last.id];
    }
  }
}
