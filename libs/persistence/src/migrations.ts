import pg from 'pg';
import { toThrow } from './failures.js';
import { TYPES } from './data-source.js';
import { plainName } from './sql-names.js';

/** What a migration function gets: statements of its transaction, as the schema’s owner. */
export interface MigrationTx {
  query<Row extends object = Record<string, unknown>>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
}

/** Expand only: the release before must run against what this leaves. Never changed once released. */
export interface Migration {
  /** Time, then what it does: `20261120T2140-create-executions`. Applied in the order of ids. */
  readonly id: string;
  readonly up: string | ((tx: MigrationTx) => Promise<void>);
}

/** The database is not what this release needs; the message says what to do. */
export class SchemaMismatch extends Error {
  override readonly name = 'SchemaMismatch';
}

/** One instance migrates, the others wait for it. The second key tells schemas of one database apart. */
const LOCK = 'select pg_advisory_xact_lock(7470662, hashtext($1))';

/**
 * Brings a schema up to date, each migration in a transaction of its own, under a lock.
 * @param ownerUrl of role `<service>_owner`
 * @throws SchemaMismatch where the database knows a migration that this release does not
 */
export async function migrate(ownerUrl: string, service: string, migrations: readonly Migration[]): Promise<readonly string[]> {
  const schema = plainName(service);
  const ordered = inOrder(migrations);
  return withClient(ownerUrl, async (client) => {
    const done: string[] = [];
    await client.query(`begin; ${createLedger(schema)}; commit`);
    for (const migration of ordered) {
      await client.query('begin');
      await client.query(LOCK, [schema]);
      const applied = await appliedIn(client, schema);
      refuseNewer(schema, applied, ordered);
      if (!applied.has(migration.id)) {
        await apply(client, migration);
        await client.query(`insert into ${schema}.migrations (id) values ($1)`, [migration.id]);
        done.push(migration.id);
      }
      await client.query('commit');
    }
    return done;
  });
}

/** Where no owner’s URL is given: refuses a schema that is not exactly this release’s. Any role of the service may ask. */
export async function verifySchema(url: string, service: string, migrations: readonly Migration[]): Promise<void> {
  const schema = plainName(service);
  const ordered = inOrder(migrations);
  await withClient(url, async (client) => {
    const { rowCount } = await client.query('select from pg_tables where schemaname = $1 and tablename = $2', [schema, 'migrations']);
    const applied = rowCount ? await appliedIn(client, schema) : new Set<string>();
    refuseNewer(schema, applied, ordered);
    const missing = ordered.filter(({ id }) => !applied.has(id));
    if (missing.length === 0) return;
    throw new SchemaMismatch(
      `Schema ${schema} lacks ${missing.map(({ id }) => id).join(', ')}. Start one instance with DATABASE_OWNER_URL, which applies them.`,
    );
  });
}

const createLedger = (schema: string): string => `
  select pg_advisory_xact_lock(7470662, hashtext('${schema}'));
  create table if not exists ${schema}.migrations (id text primary key, applied_at timestamptz not null default now());
  grant select on ${schema}.migrations to ${schema}_api, ${schema}_worker`;

async function apply(client: pg.Client, { id, up }: Migration): Promise<void> {
  try {
    if (typeof up === 'string') await client.query(up);
    else await up({ query: async <Row extends object>(sql: string, values: readonly unknown[] = []) => (await client.query(sql, [...values])).rows as Row[] });
  } catch (cause) {
    throw new Error(`Migration ${id} failed; nothing of it was kept`, { cause });
  }
}

async function appliedIn(client: pg.Client, schema: string): Promise<Set<string>> {
  const { rows } = await client.query<{ id: string }>(`select id from ${schema}.migrations`);
  return new Set(rows.map(({ id }) => id));
}

function refuseNewer(schema: string, applied: ReadonlySet<string>, known: readonly Migration[]): void {
  const newer = [...applied].filter((id) => !known.some((migration) => migration.id === id));
  if (newer.length === 0) return;
  throw new SchemaMismatch(
    `Schema ${schema} has ${newer.join(', ')}, which this release does not know: it is older than the database. Start the newer release.`,
  );
}

function inOrder(migrations: readonly Migration[]): readonly Migration[] {
  const ordered = migrations.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  ordered.forEach(({ id }, index) => {
    if (!/^\d{8}T\d{4}-[a-z0-9-]+$/.test(id)) throw new Error(`Migration id ${JSON.stringify(id)} is not of the form 20261120T2140-what-it-does`);
    if (ordered[index + 1]?.id === id) throw new Error(`There are two migrations ${id}`);
  });
  return ordered;
}

async function withClient<Result>(url: string, work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: url, types: TYPES, connectionTimeoutMillis: 5_000, application_name: 'migrations' });
  client.on('error', () => undefined); // the statement that runs then fails, and says so
  try {
    await client.connect();
    return await work(client);
  } catch (error) {
    throw error instanceof SchemaMismatch ? error : toThrow(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}
