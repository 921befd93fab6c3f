import type { TimelineItem, TimelineKind } from '@toolplane/contracts/documents';
import { newId } from '@toolplane/contracts/ids';
import { batchOf, type Tx } from '@toolplane/persistence';

/** Something that happened to an exception, on its way into the timeline. */
export interface Happening {
  readonly exceptionId: string;
  readonly kind: Exclude<TimelineKind, 'execution'>;
  readonly by?: TimelineItem['by'];
  readonly runId?: string;
  readonly playbookName?: string;
  readonly stepId?: string;
  readonly executionId?: string | null;
  readonly comment?: string | null | undefined;
  readonly details?: unknown;
}

export interface TimelineRow extends Omit<TimelineItem, 'at' | 'execution'> {
  readonly at: Date;
}

const item = batchOf({
  tenantId: 'text', id: 'uuid', exceptionId: 'uuid', kind: 'text', byWhom: 'json', runId: 'uuid', playbookName: 'text', stepId: 'text',
  executionId: 'uuid', comment: 'text', details: 'json',
});
const ADD = `insert into playbook.timeline (${item.columns}) select ${item.columns} from ${item.source}`;
const LIST = `
  select t.id, t.at, t.kind, t.by_whom as "by", t.run_id as "runId", t.playbook_name as "playbookName", t.step_id as "stepId",
         t.execution_id as "executionId", t.comment, t.details
    from playbook.timeline t
   where t.tenant_id = $1 and t.exception_id = $2 and ($3::timestamptz is null or (t.at, t.id) < ($3, $4::uuid))
   order by t.at desc, t.id desc limit $5`;

export const timelineStore = {
  /** In the caller's transaction, whose time they get. */
  async add(tx: Tx, tenantId: string, happenings: readonly Happening[]): Promise<void> {
    if (happenings.length === 0) return;
    await tx.query(ADD, item.values(happenings.map(({ by, ...each }) => ({ ...each, tenantId, id: newId(), byWhom: by ?? null }))));
  },

  /** Newest first, from `after` on; at most `limit` rows. */
  list: (tx: Tx, tenantId: string, exceptionId: string, limit: number, after: readonly [at: string, id: string] | null): Promise<TimelineRow[]> =>
    tx.query(LIST, [tenantId, exceptionId, after?.[0] ?? null, after?.[1] ?? null, limit]),
};
