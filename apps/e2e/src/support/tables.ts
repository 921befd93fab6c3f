import { Client } from 'pg';

async function query<Row extends object>(databaseUrl: string, sql: string, ids: readonly string[]): Promise<Row[]> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return (await client.query<Row>(sql, [ids])).rows;
  } finally {
    await client.end();
  }
}

const count = async (databaseUrl: string, sql: string, ids: readonly string[]): Promise<number> =>
  Number((await query<{ count: string }>(databaseUrl, sql, ids))[0]?.count);

/** Of these executions: how far each has come, for whoever looks for what is missing. */
export const rowsOf = (databaseUrl: string, ids: readonly string[]): Promise<object[]> =>
  query(databaseUrl, 'select * from execution.executions where id = any($1::uuid[])', ids);

/** Of these executions: rows that have ended. */
export const terminalRows = (databaseUrl: string, ids: readonly string[]): Promise<number> =>
  count(databaseUrl, `select count(*) from execution.executions where id = any($1::uuid[]) and status in ('succeeded', 'failed')`, ids);

/** Of these executions: decisions and outcomes in the audit. */
export const auditEntries = (databaseUrl: string, ids: readonly string[]): Promise<number> =>
  count(databaseUrl, `select count(*) from audit.entries where execution_id = any($1::uuid[]) and kind in ('decision', 'outcome')`, ids);

/** Takes what waits to be sent of these executions: what happens when it was sent and then lost. */
export const emptyOutbox = (databaseUrl: string, ids: readonly string[]): Promise<object[]> =>
  query(databaseUrl, `delete from execution.outbox where event ->> 'subject' = any($1)`, ids);
