import type { PoolClient, QueryResultRow } from 'pg';
import type { EntityManager, QueryRunner } from 'typeorm';

/** One open transaction. Stores take it and never open one; nothing but it may be used until its work has ended. */
export interface Tx {
  /** Rows of one statement. Values are `$1` and so on; documents and lists go through `batchOf`. */
  query<Row extends object = Record<string, unknown>>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  /** For reads by entity, inside this transaction. */
  readonly manager: EntityManager;
  /** Runs once the transaction is committed, never if it is not. */
  afterCommit(run: () => void): void;
}

/** How many different statements a connection prepares. Worker statements are constants; a text made at run time must not fill the server. */
const PREPARED_AT_MOST = 200;
const names = new Map<string, string>();

const nameOf = (sql: string): string | undefined => {
  const known = names.get(sql);
  if (known !== undefined || names.size >= PREPARED_AT_MOST) return known;
  const name = `s${names.size}`;
  names.set(sql, name);
  return name;
};

export class OpenTransaction implements Tx {
  private readonly committed: (() => void)[] = [];

  constructor(
    private readonly runner: QueryRunner,
    private readonly client: PoolClient,
    private readonly prepare: boolean,
  ) {}

  get manager(): EntityManager {
    return this.runner.manager;
  }

  async query<Row extends object>(sql: string, values?: readonly unknown[]): Promise<Row[]> {
    const name = this.prepare && values ? nameOf(sql) : undefined;
    const { rows } = await this.client.query<QueryResultRow>({ text: sql, ...(values && { values: [...values] }), ...(name !== undefined && { name }) });
    return rows as Row[];
  }

  afterCommit(run: () => void): void {
    this.committed.push(run);
  }

  /** For the door that has committed. */
  tellCommitted(): void {
    for (const run of this.committed) run();
  }
}
