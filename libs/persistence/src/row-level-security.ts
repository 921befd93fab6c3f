import { plainName } from './sql-names.js';

type Privilege = 'select' | 'insert' | 'update' | 'delete';

export interface RowLevelSecurity {
  readonly service: string;
  readonly table: string;
  /** What the role that serves HTTP may do with its tenant’s rows. */
  readonly api: readonly Privilege[];
  /** What consumers, relay and sweeper may do with every tenant’s rows. */
  readonly worker: readonly Privilege[];
  /** Default `tenant_id`. */
  readonly tenantColumn?: string;
  /** Rows without a tenant may be read, never written, by every tenant. */
  readonly globalRows?: boolean;
}

/** The tenant of the transaction; null, so that nothing is equal to it, where none was set or an earlier one was reset. */
const TENANT = `nullif(current_setting('toolplane.tenant', true), '')`;

/** Forces row-level security on a table, for its owner too, with a policy for each of the service’s roles, and grants what they may do. */
export function rowLevelSecurity({ service, table, api, worker, tenantColumn = 'tenant_id', globalRows = false }: RowLevelSecurity): string {
  const name = `${plainName(service)}.${plainName(table)}`;
  const own = `${plainName(tenantColumn)} = (select ${TENANT})`;
  const grant = (role: string, privileges: readonly Privilege[]) =>
    privileges.length === 0 ? [] : [`grant ${privileges.join(', ')} on ${name} to ${role};`];
  return [
    `alter table ${name} enable row level security;`,
    `alter table ${name} force row level security;`,
    `create policy api on ${name} to ${service}_api using (${own}) with check (${own});`,
    ...(globalRows ? [`create policy api_global on ${name} for select to ${service}_api using (${tenantColumn} is null);`] : []),
    `create policy worker on ${name} to ${service}_worker using (true) with check (true);`,
    ...grant(`${service}_api`, api),
    ...grant(`${service}_worker`, worker),
  ].join('\n');
}
