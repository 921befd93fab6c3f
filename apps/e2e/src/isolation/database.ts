import { Client } from 'pg';

interface Table {
  readonly schema: string;
  readonly name: string;
  readonly column: string;
}

const TABLES = `
  select c.table_schema as schema, c.table_name as name, c.column_name as column
    from information_schema.columns c join pg_class k on k.relname = c.table_name and k.relnamespace = c.table_schema::regnamespace
   where (c.column_name = 'tenant_id' or (c.table_schema, c.table_name, c.column_name) = ('registry', 'tenants', 'id'))
     and c.table_schema in ('registry', 'validation', 'execution', 'audit', 'playbook') and k.relkind in ('r', 'p') and not k.relispartition
   order by 1, 2`;

/** The operator's view of the tables: what is a tenant's, and what the services' roles see of it. */
export class Tables {
  private constructor(private readonly client: Client) {}

  static async open(databaseUrl: string): Promise<Tables> {
    const client = new Client({ connectionString: databaseUrl });
    await client.connect();
    return new Tables(client);
  }

  close(): Promise<void> {
    return this.client.end();
  }

  async run(sql: string): Promise<void> {
    await this.client.query(sql);
  }

  /** Does something while a policy is missing, and puts it back as it was. */
  async withoutPolicy<Result>(table: string, policy: string, work: () => Promise<Result>): Promise<Result> {
    const { rows } = await this.client.query<{ restore: string }>(
      `select format('create policy %I on ${table} as %s for %s to %s', policyname, permissive, cmd, array_to_string(roles, ', '))
              || coalesce(' using (' || qual || ')', '') || coalesce(' with check (' || with_check || ')', '') as restore
         from pg_policies where schemaname || '.' || tablename = $1 and policyname = $2`,
      [table, policy],
    );
    const [found] = rows;
    if (!found) throw new Error(`${table} has no policy ${policy}`);
    await this.client.query(`drop policy ${policy} on ${table}`);
    try {
      return await work();
    } finally {
      await this.client.query(found.restore);
    }
  }

  /** Everything that is a tenant's, as one text. What waits to be sent goes by itself. */
  async digest(tenant: string): Promise<string> {
    const parts: string[] = [];
    for (const { schema, name, column } of await this.all()) {
      if (name === 'outbox') continue;
      const { rows } = await this.client.query<{ md5: string | null }>(
        `select md5(string_agg(t::text, '' order by t::text)) from ${schema}.${name} t where ${column} = $1`,
        [tenant],
      );
      parts.push(`${schema}.${name} ${rows[0]?.md5 ?? ''}`);
    }
    return parts.join('\n');
  }

  /** Tables of which the role that serves HTTP sees a row of another tenant, or not all of its own. */
  async findings(owner: string, stranger: string): Promise<{ readonly tables: number; readonly findings: readonly string[] }> {
    const tables = await this.all();
    const findings: string[] = [];
    for (const table of tables) {
      const there = await this.count(table, owner);
      const [seenByOwner, seenByStranger] = [await this.countAs(table, owner, owner), await this.countAs(table, stranger, owner)];
      if (seenByStranger !== null && seenByStranger > 0) findings.push(`${table.schema}.${table.name}: a stranger sees ${seenByStranger} rows`);
      if (seenByOwner !== null && seenByOwner !== there) findings.push(`${table.schema}.${table.name}: the owner sees ${seenByOwner} of its ${there} rows`);
    }
    return { tables: tables.length, findings };
  }

  private async all(): Promise<Table[]> {
    return (await this.client.query<Table>(TABLES)).rows;
  }

  private async count({ schema, name, column }: Table, tenant: string): Promise<number> {
    const { rows } = await this.client.query<{ count: string }>(`select count(*) from ${schema}.${name} where ${column} = $1`, [tenant]);
    return Number(rows[0]?.count);
  }

  /** Null where the role may not look at all. */
  private async countAs(table: Table, as: string, tenant: string): Promise<number | null> {
    await this.client.query('begin');
    try {
      await this.client.query(`set local role ${table.schema}_api`);
      await this.client.query(`select set_config('toolplane.tenant', $1, true)`, [as]);
      return await this.count(table, tenant);
    } catch (error) {
      if (error instanceof Error && /permission denied/.test(error.message)) return null;
      throw error;
    } finally {
      await this.client.query('rollback');
    }
  }
}
