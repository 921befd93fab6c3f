import { Injectable } from '@nestjs/common';
import type {
  RegistryAgent, RegistryAssignment, RegistryEnablement, RegistryTenant, RegistryTool, RegistryToolkit, RegistryToolVersion,
} from '@toolplane/contracts/documents';
import { createEvent, ToolControlChanged, ToolRegistryChanged, type EventOf } from '@toolplane/contracts/events';
import { deriveEventId, GLOBAL } from '@toolplane/contracts/ids';
import { batchOf, Outbox, type Tx } from '@toolplane/persistence';
import { LocalChanges } from './local-changes.js';
import type { Moment } from './revision.js';

type Changed = ToolRegistryChanged['data'];
type Controlled = ToolControlChanged['data'];
type Announcement = EventOf<typeof ToolRegistryChanged> | EventOf<typeof ToolControlChanged>;

interface Objects {
  readonly tenant: RegistryTenant;
  readonly tool: RegistryTool;
  readonly tool_version: RegistryToolVersion;
  readonly enablement: RegistryEnablement;
  readonly toolkit: RegistryToolkit;
  readonly agent: RegistryAgent;
  readonly assignment: RegistryAssignment;
}
/** An object as it now is. */
export type Said = {
  [Kind in keyof Objects]: {
    readonly kind: Kind;
    readonly id: string;
    readonly object: Objects[Kind];
    readonly deleted?: boolean;
    /** For the audit; one of the announcements of a change carries it. */
    readonly change?: Changed['change'];
  };
}[keyof Objects];

/** Something that runs is stopped or freed. */
export type Stopped = Pick<Controlled, 'kind' | 'target' | 'on' | 'reason'> & { readonly state?: Controlled['state'] };

export interface Announcements {
  /** Null for what is global. */
  readonly tenantId: string | null;
  readonly by: Changed['changedBy'];
  readonly changed: readonly Said[];
  readonly control?: readonly Stopped[];
}

const row = batchOf({ tenantId: 'text', type: 'text', objectKey: 'text', revision: 'bigint', event: 'json' });
const KEEP = `
  insert into registry.announcements as a (${row.columns}) select ${row.columns} from ${row.source}
  on conflict (tenant_id, type, object_key) do update set revision = excluded.revision, event = excluded.event
   where a.revision < excluded.revision`;

/**
 * Tells the other services of a change, in the transaction that makes it: through the outbox, since the trigger is a request. What
 * was said last of every object is kept, so that a log that is new can be told all of it again.
 */
@Injectable()
export class Announcer {
  constructor(
    private readonly outbox: Outbox,
    private readonly changes: LocalChanges,
  ) {}

  async announce(tx: Tx, { revision, at }: Moment, { tenantId, by, changed, control = [] }: Announcements): Promise<void> {
    const tenant = tenantId ?? GLOBAL;
    const told: readonly { readonly key: string; readonly event: Announcement }[] = [
      ...changed.map(({ kind, id, object, deleted = false, change = null }) => {
        const key = `${kind} ${id}`;
        const data: Changed = { kind, id, revision, deleted, object, change, changedBy: by };
        return { key, event: createEvent(ToolRegistryChanged, { ...common(tenant, key, revision, at), data }) };
      }),
      ...control.map((stopped) => {
        const key = `${stopped.kind} ${stopped.target.type} ${stopped.target.id}`;
        const data: Controlled = { ...stopped, state: stopped.state ?? null, revision, changedBy: by };
        return { key, event: createEvent(ToolControlChanged, { ...common(tenant, key, revision, at), data }) };
      }),
    ];
    const rows = told.map(({ key, event }) => ({ tenantId: tenant, type: event.type, objectKey: key, revision, event }));
    this.changes.tell();
    await tx.query(KEEP, row.values(rows));
    await this.outbox.add(tx, told.map(({ event }) => ({ event })));
  }
}

const common = (tenantId: string, key: string, revision: number, time: Date) => ({
  tenantId,
  id: deriveEventId(tenantId, key, `revision:${revision}`),
  subject: key,
  source: 'registry',
  time,
});
