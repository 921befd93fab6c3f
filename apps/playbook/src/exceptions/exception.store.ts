import type { Exception } from '@toolplane/contracts/documents';
import type { Tx } from '@toolplane/persistence';
import type { ExceptionRow } from './exception-row.js';

const ROW = `e.tenant_id as "tenantId", e.id, e.title, e.description, e.severity, e.source, e.attributes, e.status, e.revision,
  e.created_at as "createdAt", e.created_by as "createdBy", e.updated_at as "updatedAt", e.closed_at as "closedAt"`;

const INSERT = `
  insert into playbook.exceptions as e (tenant_id, id, title, description, severity, source, attributes, status, created_by, closed_at)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, case when $8 = 'closed' then now() end)
  returning ${ROW}`;
const ONE = `select ${ROW} from playbook.exceptions e where (e.tenant_id, e.id) = ($1, $2)`;
const UPDATE = `
  update playbook.exceptions e
     set title = $3, description = $4, severity = $5, source = $6, attributes = $7, status = $8, revision = e.revision + 1, updated_at = now(),
         closed_at = case when $8 = 'closed' then coalesce(e.closed_at, now()) end
   where (e.tenant_id, e.id) = ($1, $2)
  returning ${ROW}`;

/** What a caller may say of an exception, complete. */
export type ExceptionContent = Pick<Exception, 'title' | 'description' | 'severity' | 'source' | 'attributes' | 'status'>;

export interface ExceptionFilter {
  readonly status?: readonly string[] | undefined;
  readonly severity?: readonly string[] | undefined;
  readonly source?: readonly string[] | undefined;
  /** Part of the title. */
  readonly q?: string | undefined;
  /** Inclusive. */
  readonly from?: string | undefined;
  /** Exclusive. */
  readonly to?: string | undefined;
}

const valuesOf = ({ title, description, severity, source, attributes, status }: ExceptionContent) => [
  title, description, severity, source, JSON.stringify(attributes), status,
];
const COLUMN_OF = { status: 'e.status', severity: 'e.severity', source: 'e.source' } as const;

export const exceptionStore = {
  async insert(tx: Tx, { tenantId, id, createdBy }: Pick<Exception, 'tenantId' | 'id' | 'createdBy'>, content: ExceptionContent): Promise<ExceptionRow> {
    const [row] = await tx.query<ExceptionRow>(INSERT, [tenantId, id, ...valuesOf(content), JSON.stringify(createdBy)]);
    return row as ExceptionRow;
  },

  async one(tx: Tx, tenantId: string, id: string): Promise<ExceptionRow | undefined> {
    return (await tx.query<ExceptionRow>(ONE, [tenantId, id]))[0];
  },

  /** Held until the transaction ends. */
  async lock(tx: Tx, tenantId: string, id: string): Promise<ExceptionRow | undefined> {
    return (await tx.query<ExceptionRow>(`${ONE} for no key update`, [tenantId, id]))[0];
  },

  async update(tx: Tx, { tenantId, id }: Pick<ExceptionRow, 'tenantId' | 'id'>, content: ExceptionContent): Promise<ExceptionRow> {
    return (await tx.query<ExceptionRow>(UPDATE, [tenantId, id, ...valuesOf(content)]))[0] as ExceptionRow;
  },

  /** Newest first, from `after` on; at most `limit` rows. */
  list(tx: Tx, tenantId: string, filter: ExceptionFilter, limit: number, after: readonly [at: string, id: string] | undefined): Promise<ExceptionRow[]> {
    const values: unknown[] = [tenantId];
    const bind = (value: unknown): string => `$${values.push(value)}`;
    const where = ['e.tenant_id = $1'];
    for (const [name, column] of Object.entries(COLUMN_OF)) {
      const wanted = filter[name as keyof typeof COLUMN_OF];
      if (wanted && wanted.length > 0) where.push(`${column} = any(${bind(wanted)})`);
    }
    if (filter.q) where.push(`position(lower(${bind(filter.q)}) in lower(e.title)) > 0`);
    if (filter.from) where.push(`e.created_at >= ${bind(filter.from)}`);
    if (filter.to) where.push(`e.created_at < ${bind(filter.to)}`);
    if (after) where.push(`(e.created_at, e.id) < (${bind(after[0])}::timestamptz, ${bind(after[1])}::uuid)`);
    return tx.query(`select ${ROW} from playbook.exceptions e where ${where.join(' and ')} order by e.created_at desc, e.id desc limit ${bind(limit)}`, values);
  },
};
