import { setTimeout as sleep } from 'node:timers/promises';
import { GLOBAL } from '@toolplane/contracts/ids';
import pg from 'pg';
import type { DataSource } from 'typeorm';
import { CONNECT_TIMEOUT_MS, createDataSource, type Entities } from './data-source.js';
import { isRepeatable, toThrow } from './failures.js';
import { OpenTransaction, type Tx } from './tx.js';

export interface DatabaseOptions {
  readonly service: string;
  /** Of role `<service>_api`. */
  readonly apiUrl: string;
  /** Of role `<service>_worker`. */
  readonly workerUrl: string;
  /** Connections of each of the two pools. */
  readonly poolSize: number;
  readonly entities?: Entities;
  readonly onPoolError?: (error: Error) => void;
}

const TRIES = 3;
/** An API statement that runs longer belongs to nobody who still waits. */
const API_STATEMENT_TIMEOUT_MS = 30_000;
const SET_TENANT = `select set_config('toolplane.tenant', $1, true)`;

/** A service’s own schema, through its two doors. Each pool is its own, so that none can starve the other, or the health check. */
export class Database {
  private closing: Promise<void> | undefined;

  private constructor(
    readonly service: string,
    private readonly api: DataSource,
    private readonly worker: DataSource,
    private readonly health: pg.Pool,
    /** For connections that live outside the pools: leader locks, notifications. */
    readonly workerUrl: string,
  ) {}

  /** @throws DependencyDown where the server is away; the driver’s error where it refuses us */
  static async connect(options: DatabaseOptions): Promise<Database> {
    const { service, apiUrl, workerUrl, poolSize, entities = [] } = options;
    const common = { poolSize, entities, ...(options.onPoolError && { onPoolError: options.onPoolError }) };
    const api = createDataSource({ ...common, url: apiUrl, name: `${service} api`, statementTimeoutMs: API_STATEMENT_TIMEOUT_MS });
    const worker = createDataSource({ ...common, url: workerUrl, name: `${service} worker` });
    const health = new pg.Pool({ connectionString: workerUrl, max: 1, connectionTimeoutMillis: CONNECT_TIMEOUT_MS, application_name: `${service} health` });
    health.on('error', (error) => options.onPoolError?.(error));
    const database = new Database(service, api, worker, health, workerUrl);
    try {
      await api.initialize();
      await worker.initialize();
      await Promise.all([api, worker].map(refusePowerful));
    } catch (error) {
      await database.close();
      throw toThrow(error);
    }
    return database;
  }

  /**
   * A transaction that sees and writes one tenant’s rows, and reads global ones. Run again, up to three times in all, after a deadlock
   * or a serialization failure: the work has no effect outside the transaction.
   * @throws DependencyDown where the server is away or stays blocked
   */
  asTenant<Result>(tenantId: string, work: (tx: Tx) => Promise<Result>): Promise<Result> {
    if (tenantId === '' || tenantId === GLOBAL) return Promise.reject(new TypeError('asTenant needs a tenant'));
    return this.inTransaction(this.api, async (tx) => {
      await tx.query(SET_TENANT, [tenantId]);
      return work(tx);
    });
  }

  /** A transaction over all tenants: BEGIN, the statements, COMMIT. The tenant of every row comes from a verified event or token. */
  asWorker<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result> {
    return this.inTransaction(this.worker, work);
  }

  /** Round trip on the health check’s own connection, in milliseconds. @throws DependencyDown */
  async ping(): Promise<{ readonly ms: number }> {
    const start = performance.now();
    await this.health.query('select').catch((error: unknown) => {
      throw toThrow(error);
    });
    return { ms: Math.round((performance.now() - start) * 10) / 10 };
  }

  /** Waits for what runs, then lets every connection go. */
  close(): Promise<void> {
    this.closing ??= (async () => {
      const open = [this.api, this.worker].filter(({ isInitialized }) => isInitialized);
      await Promise.all(open.map((source) => source.destroy()));
      await this.health.end();
    })();
    return this.closing;
  }

  private async inTransaction<Result>(source: DataSource, work: (tx: Tx) => Promise<Result>): Promise<Result> {
    for (let tried = 1; ; tried++) {
      try {
        return await once(source, work);
      } catch (error) {
        if (!isRepeatable(error) || tried === TRIES) throw toThrow(error);
        await sleep(Math.random() * 20 * tried);
      }
    }
  }
}

/** Policies would be decoration for such a role. */
async function refusePowerful(source: DataSource): Promise<void> {
  const [role] = await source.query<{ name: string; powerful: boolean }[]>(
    'select rolname as name, rolsuper or rolbypassrls as powerful from pg_roles where rolname = current_user',
  );
  if (role?.powerful !== false) throw new Error(`Role ${role?.name ?? 'of this connection'} is exempt from row-level security; give the service its own role`);
}

/**
 * BEGIN and COMMIT go to the connection directly: the query runner's own ones cost 25 µs more and tell subscribers that nobody has. It is
 * told that a transaction is open, so that whatever the entity manager saves becomes a part of it.
 */
async function once<Result>(source: DataSource, work: (tx: Tx) => Promise<Result>): Promise<Result> {
  const runner = source.createQueryRunner();
  try {
    const client = (await runner.connect()) as pg.PoolClient;
    const tx = new OpenTransaction(runner, client);
    await client.query('BEGIN');
    Object.assign(runner, { isTransactionActive: true, transactionDepth: 1 });
    const result = await rollingBack(client, async () => {
      const done = await work(tx);
      const { command } = await client.query('COMMIT');
      if (command !== 'COMMIT') throw new Error('A statement failed and its error was swallowed: nothing of the transaction was kept');
      return done;
    });
    tx.tellCommitted();
    return result;
  } finally {
    await runner.release();
  }
}

/** A connection that cannot even roll back is ended: the pool must not hand out one with a transaction open. */
async function rollingBack<Result>(client: pg.PoolClient, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    await client.query('ROLLBACK').catch(() => (client as unknown as pg.Client).end().catch(() => undefined));
    throw error;
  }
}
