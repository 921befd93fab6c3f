import { Injectable } from '@nestjs/common';
import type { CloudEvent } from '@toolplane/contracts/envelope';
import { ToolExecutionCompleted, ToolExecutionFailed, type Outgoing } from '@toolplane/contracts/events';
import { EventLog, Publisher } from '@toolplane/messaging';
import { Database, Positions } from '@toolplane/persistence';
import { PagedRepublisher } from '@toolplane/service-kit';

const PAGE = `
  select s.tenant_id as "tenantId", s.execution_id as "executionId", s.request from playbook.steps s
   where s.status = 'running' and s.request is not null and (s.tenant_id, s.execution_id) > ($1, $2::uuid)
   order by s.tenant_id, s.execution_id limit $3`;

interface Running {
  readonly tenantId: string;
  readonly executionId: string;
  readonly request: Outgoing<CloudEvent>;
}

/**
 * To a log that was made anew: the requests of the steps that are running, as they were sent. One that had become an execution is the
 * same execution; one that had not would otherwise leave its step waiting for ever. A person started each of them.
 */
@Injectable()
export class Republisher extends PagedRepublisher<Running> {
  readonly topics = [ToolExecutionCompleted.topic, ToolExecutionFailed.topic];
  protected readonly page = PAGE;

  constructor(database: Database, positions: Positions, publisher: Publisher, log: EventLog) {
    super({ database, positions, publisher, log });
  }

  protected keyOf({ tenantId, executionId }: Running): readonly [string, string] {
    return [tenantId, executionId];
  }

  protected eventsOf({ request }: Running): readonly Outgoing<CloudEvent>[] {
    return [request];
  }
}
