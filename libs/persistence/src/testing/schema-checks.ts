import type { Batch, BatchColumns } from '../batch-of.js';
import type { TestDatabase } from './test-database.js';

type Queryable = Pick<TestDatabase, 'query'>;

/**
 * Tables of a service with a `tenant_id` that lack forced row-level security or a policy for one of the two roles. For the spec that
 * every service has: `expect(await tablesWithoutForcedPolicy(db, 'execution')).toEqual([])`.
 */
export async function tablesWithoutForcedPolicy(db: Queryable, service: string): Promise<string[]> {
  const rows = await db.query<{ name: string }>(
    `select c.relname as name
       from pg_class c
       join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
      where c.relnamespace = $1::regnamespace and c.relkind in ('r', 'p')
        and not (c.relrowsecurity and c.relforcerowsecurity
                 and (select count(distinct role) from pg_policy p cross join unnest(p.polroles) role
                       where p.polrelid = c.oid and role in ($2::regrole, $3::regrole)) = 2)
      order by 1`,
    [service, `${service}_api`, `${service}_worker`],
  );
  return rows.map(({ name }) => name);
}

const CATALOGUE_NAMES: Readonly<Record<string, string>> = {
  integer: 'int',
  'double precision': 'float8',
  boolean: 'bool',
  'timestamp with time zone': 'timestamptz',
};

/**
 * What a batch and the table it is written to disagree on, for a spec that expects `[]`.
 * @param except columns of the batch that belong to no column, such as the state a compare-and-set compares with
 */
export async function batchDifferences<Columns extends BatchColumns>(
  db: Queryable,
  batch: Batch<Columns>,
  { table, except = [] }: { readonly table: string; readonly except?: readonly string[] },
): Promise<string[]> {
  const rows = await db.query<{ name: string; type: string }>(
    `select attname as name, format_type(atttypid, null) as type from pg_attribute
      where attrelid = $1::regclass and attnum > 0 and not attisdropped`,
    [table],
  );
  const columns = new Map(rows.map(({ name, type }) => [name, CATALOGUE_NAMES[type] ?? type]));
  return [...batch.types]
    .filter(([name, type]) => !except.includes(name) && columns.get(name) !== type)
    .map(([name, type]) => `${name}: ${type} in the batch, ${columns.get(name) ?? 'absent'} in ${table}`);
}

/**
 * The plan that the worker's role gets for a statement whatever its values are, row-level security included. For the spec that a batch
 * statement finds its rows by primary key: fill the tables and `analyze` them first, an empty table is always scanned.
 */
export async function genericPlan(db: Pick<TestDatabase, 'database'>, sql: string): Promise<string> {
  const rows = await db.database.asWorker((tx) => tx.query<{ 'QUERY PLAN': string }>(`explain (generic_plan, costs off) ${sql}`));
  return rows.map((row) => row['QUERY PLAN']).join('\n');
}
