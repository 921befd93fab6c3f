import { Injectable } from '@nestjs/common';
import { GLOBAL } from '@toolplane/contracts/ids';
import { Database } from '@toolplane/persistence';

/**
 * The newest revisions of a tenant and of what is global, as one value. The sum tells of a change that was committed after a greater
 * revision; a thousand are more than are ever under way at once.
 */
const STATE = `
  select asked.tenant_id as "tenantId", (
    select concat(max(n.revision), ' ', sum(n.revision)) from (
      select a.revision from registry.announcements a where a.tenant_id = asked.tenant_id order by a.revision desc limit 1000) n) as state
    from unnest($1::text[]) as asked (tenant_id)`;

interface Asking {
  readonly tenants: Set<string>;
  readonly answer: Promise<ReadonlyMap<string, string>>;
}

/**
 * Says in which state a tenant's definitions are, exactly: whoever asks after a change was committed, in whichever instance, is told of
 * it. One statement answers all who wait; whoever comes while it runs waits for the next, since it may not see what they have seen.
 */
@Injectable()
export class RevisionReader {
  private next: Asking | undefined;
  private running: Promise<unknown> = Promise.resolve();

  constructor(private readonly database: Database) {}

  async stateOf(tenantId: string): Promise<string> {
    this.next ??= this.ask();
    const { tenants, answer } = this.next;
    tenants.add(tenantId);
    const states = await answer;
    return `${states.get(tenantId)} ${states.get(GLOBAL)}`;
  }

  private ask(): Asking {
    const tenants = new Set([GLOBAL]);
    const answer = this.running.then(async () => {
      this.next = undefined;
      const rows = await this.database.asWorker((tx) => tx.query<{ tenantId: string; state: string }>(STATE, [[...tenants]]));
      return new Map(rows.map(({ tenantId, state }) => [tenantId, state]));
    });
    this.running = answer.catch(() => undefined);
    return { tenants, answer };
  }
}
