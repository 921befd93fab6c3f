import { Injectable } from '@nestjs/common';
import type { ToolRegistryChanged } from '@toolplane/contracts/events';

/** Tools whose open approvals are to be looked at. At first that is every one: nobody knows what happened while nobody looked. */
@Injectable()
export class ChangedTools {
  private ids: Set<string> | 'all' = 'all';

  note({ kind, id }: ToolRegistryChanged['data']): void {
    if (this.ids === 'all' || (kind !== 'tool' && kind !== 'tool_version')) return;
    this.ids.add(kind === 'tool' ? id : id.slice(0, id.indexOf('@')));
  }

  /** Ids, or null for all; from now on those that change later. */
  take(): readonly string[] | null {
    const { ids } = this;
    this.ids = new Set();
    return ids === 'all' ? null : [...ids];
  }

  /** Where what was taken was not looked at after all. */
  all(): void {
    this.ids = 'all';
  }
}
