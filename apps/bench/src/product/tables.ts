import { Client } from 'pg';

const IDS_A_QUERY = 5_000;

/** What the tables hold of the bench's executions, read by the operator's own role. */
export class Tables {
  private constructor(private readonly client: Client) {}

  static async open(databaseUrl: string): Promise<Tables> {
    const client = new Client({ connectionString: databaseUrl });
    await client.connect();
    return new Tables(client);
  }

  /** The newest entry of the tenant's chain: cheap enough to ask again and again. */
  async lastAuditSequence(): Promise<number> {
    const { rows } = await this.client.query<{ seq: string | null }>(`select max(seq) as seq from audit.entries where tenant_id = 'demo'`);
    return Number(rows[0]?.seq ?? 0);
  }

  /** Of these executions: how many have a `succeeded` row, and how many audit entries each has. */
  async of(executionIds: readonly string[]): Promise<{ succeeded: Set<string>; entries: Map<string, number> }> {
    const succeeded = new Set<string>();
    const entries = new Map<string, number>();
    for (let from = 0; from < executionIds.length; from += IDS_A_QUERY) {
      const ids = executionIds.slice(from, from + IDS_A_QUERY);
      const rows = await this.client.query<{ id: string }>(
        `select id from execution.executions where tenant_id = 'demo' and id = any($1::uuid[]) and status = 'succeeded'`,
        [ids],
      );
      for (const { id } of rows.rows) succeeded.add(id);
    }
    const counted = await this.client.query<{ id: string; count: string }>(
      `select execution_id as id, count(*) as count from audit.entries where tenant_id = 'demo' and kind in ('decision', 'outcome') group by execution_id`,
    );
    for (const { id, count } of counted.rows) entries.set(id, Number(count));
    return { succeeded, entries };
  }

  close(): Promise<void> {
    return this.client.end();
  }
}
