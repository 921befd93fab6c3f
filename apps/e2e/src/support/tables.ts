import { Client } from 'pg';

async function count(databaseUrl: string, sql: string, ids: readonly string[]): Promise<number> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ count: string }>(sql, [ids]);
    return Number(rows[0]?.count);
  } finally {
    await client.end();
  }
}

/** Of these executions: rows that have ended. */
export const terminalRows = (databaseUrl: string, ids: readonly string[]): Promise<number> =>
  count(databaseUrl, `select count(*) from execution.executions where id = any($1::uuid[]) and status in ('succeeded', 'failed')`, ids);

/** Of these executions: decisions and outcomes in the audit. */
export const auditEntries = (databaseUrl: string, ids: readonly string[]): Promise<number> =>
  count(databaseUrl, `select count(*) from audit.entries where execution_id = any($1::uuid[]) and kind in ('decision', 'outcome')`, ids);
