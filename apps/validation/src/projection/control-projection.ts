import type { ToolControlChanged } from '@toolplane/contracts/events';
import { GLOBAL } from '@toolplane/contracts/ids';

type Target = ToolControlChanged['data']['target'];

/** The kill switches that are on, in memory. Built from `control` from its beginning; a smaller revision is ignored. */
export class ControlProjection {
  private readonly revisions = new Map<string, number>();
  private readonly on = new Set<string>();

  /** Whether any switch is on at all: ordinarily none is, and nothing needs to be looked up. */
  get anyOn(): boolean {
    return this.on.size > 0;
  }

  /** Whether the tenant's own switch or the platform's stops this target. */
  isKilled(tenantId: string, type: Target['type'], id: string): boolean {
    return this.on.has(`${tenantId} ${type} ${id}`) || this.on.has(`${GLOBAL} ${type} ${id}`);
  }

  apply(tenantId: string, { kind, target, on, revision }: ToolControlChanged['data']): void {
    if (kind !== 'kill_switch') return; // The others stop what runs; of definitions the registry tells.
    const key = `${tenantId} ${target.type} ${target.id}`;
    if (revision <= (this.revisions.get(key) ?? 0)) return;
    this.revisions.set(key, revision);
    if (on) this.on.add(key);
    else this.on.delete(key);
  }
}
