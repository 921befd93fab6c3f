import { Injectable } from '@nestjs/common';
import type { CloudEvent } from '@toolplane/contracts/envelope';
import { ToolControlChanged, ToolRegistryChanged } from '@toolplane/contracts/events';
import type { PartitionRange } from '@toolplane/messaging';
import { Database, Outbox, type Tx } from '@toolplane/persistence';
import { SaysAgain } from '@toolplane/service-kit';

const BATCH = 500;
const ANY = `select 1 from registry.announcements limit 1`;
const PAGE = `
  select tenant_id as "tenantId", type, object_key as "objectKey", event from registry.announcements
   where (tenant_id, type, object_key) > ($1, $2, $3) order by tenant_id, type, object_key limit ${BATCH}`;

/** Whoever lives by what this service has said is told every object's last announcement again. */
@Injectable()
export class Republisher extends SaysAgain {
  readonly topics = [ToolRegistryChanged.topic, ToolControlChanged.topic];

  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
  ) {
    super();
  }

  /** Something was announced, and none of it waits in the outbox: an empty log has lost it. */
  async hasLost(tx: Tx, ranges: () => Promise<readonly PartitionRange[]>): Promise<boolean> {
    const waiting = await tx.query('select 1 from registry.outbox limit 1');
    if (waiting.length > 0 || (await tx.query(ANY)).length === 0) return false;
    return (await ranges()).every(({ first, end }) => first === end);
  }

  sayAgain(): Promise<number> {
    return this.database.asWorker(async (tx) => {
      let after = ['', '', ''];
      for (let said = 0; ; ) {
        const rows = await tx.query<{ tenantId: string; type: string; objectKey: string; event: CloudEvent }>(PAGE, after);
        await this.outbox.add(tx, rows.map(({ event }) => ({ event })));
        said += rows.length;
        const last = rows.at(-1);
        if (!last || rows.length < BATCH) return said;
        after = [last.tenantId, last.type, last.objectKey];
      }
    });
  }
}
