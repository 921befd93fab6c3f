import { Injectable } from '@nestjs/common';
import { GLOBAL } from '@toolplane/contracts/ids';
import { Database } from '@toolplane/persistence';
import { LRUCache } from 'lru-cache';
import { LocalChanges } from '../announce/local-changes.js';

/**
 * The newest revisions of a tenant and of what is global, as one value. The sum tells of a change that was committed after a greater
 * revision; a thousand are more than are ever under way at once.
 */
const STATE = `
  select asked.tenant_id as "tenantId", (
    select concat(max(n.revision), ' ', sum(n.revision)) from (
      select a.revision from registry.announcements a where a.tenant_id = asked.tenant_id order by a.revision desc limit 1000) n) as state
    from unnest($1::text[]) as asked (tenant_id)`;

/** How long another instance's change may go unseen. */
const KEPT_MS = 100;
const REMEMBERED = 10_000;

interface Asking {
  readonly tenants: Set<string>;
  readonly answer: Promise<ReadonlyMap<string, string>>;
}

/**
 * Says in which state a tenant's definitions are. Whoever asks after a change was made here is told of it; a change by another instance
 * is seen within a tenth of a second. One statement answers all who wait; whoever comes while it runs waits for the next, since it may
 * not see what they have seen.
 */
@Injectable()
export class RevisionReader {
  private readonly kept = new LRUCache<string, string>({ max: REMEMBERED, ttl: KEPT_MS, ttlResolution: 0 });
  private next: Asking | undefined;
  private running: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly database: Database,
    private readonly changes: LocalChanges,
  ) {}

  async stateOf(tenantId: string): Promise<string> {
    const kept = this.changes.underWay() ? undefined : this.kept.get(tenantId);
    if (kept !== undefined) return kept;
    this.next ??= this.ask();
    const { tenants, answer } = this.next;
    tenants.add(tenantId);
    const states = await answer;
    const state = `${states.get(tenantId)} ${states.get(GLOBAL)}`;
    this.kept.set(tenantId, state);
    return state;
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
