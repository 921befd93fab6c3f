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

/**
 * Statements go to the driver's connection as text. Prepared ones were measured: they save the server 35 µs each and keep a plan that was
 * made while the table was empty, which costs more later.
 */
export class OpenTransaction implements Tx {
  private readonly committed: (() => void)[] = [];

  constructor(
    private readonly runner: QueryRunner,
    private readonly client: PoolClient,
  ) {}

  get manager(): EntityManager {
    return this.runner.manager;
  }

  async query<Row extends object>(sql: string, values?: readonly unknown[]): Promise<Row[]> {
    const { rows } = await this.client.query<QueryResultRow>(sql, values as unknown[] | undefined);
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
