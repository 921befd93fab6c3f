import { foldName, isUuid, type Playbook, type PlaybookStep } from '@toolplane/contracts/documents';
import type { Tx } from '@toolplane/persistence';

/** A playbook as it is stored. */
export interface PlaybookRow extends Omit<Playbook, 'createdAt' | 'updatedAt'> {
  readonly revision: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface PlaybookContent {
  readonly name: string;
  readonly description: string;
  readonly steps: readonly PlaybookStep[];
}

/** On which names are unique. */
export const NAME_INDEX = 'playbooks_name';

const ROW = `p.tenant_id as "tenantId", p.id, p.name, p.description, p.steps, p.revision, p.created_at as "createdAt", p.created_by as "createdBy",
  p.updated_at as "updatedAt"`;
const INSERT = `
  insert into playbook.playbooks as p (tenant_id, id, name, folded_name, description, steps, created_by) values ($1, $2, $3, $4, $5, $6, $7)
  returning ${ROW}`;
const BY_ID = `select ${ROW} from playbook.playbooks p where (p.tenant_id, p.id) = ($1, $2::uuid) and p.deleted_at is null`;
const BY_NAME = `select ${ROW} from playbook.playbooks p where (p.tenant_id, p.folded_name) = ($1, $2) and p.name = $3 and p.deleted_at is null`;
const UPDATE = `
  update playbook.playbooks p
     set name = $3, folded_name = $4, description = $5, steps = $6, revision = p.revision + 1, updated_at = now()
   where (p.tenant_id, p.id) = ($1, $2)
  returning ${ROW}`;
const DELETE = `update playbook.playbooks p set deleted_at = now(), updated_at = now(), revision = p.revision + 1 where (p.tenant_id, p.id) = ($1, $2)`;
const LIST = `
  select ${ROW} from playbook.playbooks p
   where p.tenant_id = $1 and p.deleted_at is null and ($2::text is null or (p.name, p.id) > ($2, $3::uuid))
   order by p.name, p.id limit $4`;

const valuesOf = ({ name, description, steps }: PlaybookContent) => [name, foldName(name), description, JSON.stringify(steps)];

export const playbookStore = {
  async insert(tx: Tx, { tenantId, id, createdBy }: Pick<Playbook, 'tenantId' | 'id' | 'createdBy'>, content: PlaybookContent): Promise<PlaybookRow> {
    return (await tx.query<PlaybookRow>(INSERT, [tenantId, id, ...valuesOf(content), JSON.stringify(createdBy)]))[0] as PlaybookRow;
  },

  /** By id or name; `lock`: held until the transaction ends. */
  async find(tx: Tx, tenantId: string, playbook: string, lock?: 'share' | 'update'): Promise<PlaybookRow | undefined> {
    const suffix = lock === undefined ? '' : ` for ${lock}`;
    const rows = isUuid(playbook)
      ? await tx.query<PlaybookRow>(BY_ID + suffix, [tenantId, playbook])
      : await tx.query<PlaybookRow>(BY_NAME + suffix, [tenantId, foldName(playbook), playbook]);
    return rows[0];
  },

  async update(tx: Tx, { tenantId, id }: Pick<PlaybookRow, 'tenantId' | 'id'>, content: PlaybookContent): Promise<PlaybookRow> {
    return (await tx.query<PlaybookRow>(UPDATE, [tenantId, id, ...valuesOf(content)]))[0] as PlaybookRow;
  },

  /** Soft: runs that were made of it stay readable, its name is free again. */
  async delete(tx: Tx, { tenantId, id }: Pick<PlaybookRow, 'tenantId' | 'id'>): Promise<void> {
    await tx.query(DELETE, [tenantId, id]);
  },

  /** By name, from `after` on; at most `limit` rows. */
  list: (tx: Tx, tenantId: string, limit: number, after: readonly [name: string, id: string] | undefined): Promise<PlaybookRow[]> =>
    tx.query(LIST, [tenantId, after?.[0] ?? null, after?.[1] ?? null, limit]),
};
