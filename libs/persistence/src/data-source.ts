import { types } from 'pg';
import { DataSource, type EntitySchema } from 'typeorm';

export type Entities = readonly (EntitySchema | (new () => object))[];

export interface DataSourceOptions {
  readonly url: string;
  readonly poolSize: number;
  /** Shown in pg_stat_activity. */
  readonly name: string;
  readonly entities?: Entities;
  /** Ends a statement that runs longer, in milliseconds; 0 for none. */
  readonly statementTimeoutMs?: number;
  /** What an idle connection said when it broke; the pool has dropped it already. */
  readonly onPoolError?: (error: Error) => void;
}

const INT8 = 20;
const safeInteger = (text: string): number | string => (Number.isSafeInteger(Number(text)) ? Number(text) : text);
type GetTypeParser = typeof types.getTypeParser;
/** bigint as a number where that is exact, json parsed, timestamptz as Date. */
export const TYPES = {
  getTypeParser: ((oid: number, format?: 'text') => (oid === INT8 ? safeInteger : types.getTypeParser(oid, format))) as GetTypeParser,
};

/** How long to wait for a connection, of a full pool as of a server that is away. */
export const CONNECT_TIMEOUT_MS = 5_000;
/** Waiting longer for one row’s lock frees the others: the transaction is repeated. */
const LOCK_TIMEOUT_MS = 5_000;
/** A process that was paused inside a transaction must not hold its locks for ever. */
const IDLE_TIMEOUT_MS = 30_000;

export const createDataSource = ({ url, poolSize, name, entities = [], statementTimeoutMs = 0, onPoolError }: DataSourceOptions): DataSource =>
  new DataSource({
    type: 'postgres',
    url,
    poolSize,
    applicationName: name,
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    entities: [...entities],
    synchronize: false,
    migrationsRun: false,
    installExtensions: false,
    logging: false,
    poolErrorHandler: onPoolError ?? (() => undefined),
    extra: {
      types: TYPES,
      keepAlive: true,
      options: '-c timezone=UTC',
      statement_timeout: statementTimeoutMs,
      lock_timeout: LOCK_TIMEOUT_MS,
      idle_in_transaction_session_timeout: IDLE_TIMEOUT_MS,
    },
  });
