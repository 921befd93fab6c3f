import { createHash, randomBytes } from 'node:crypto';
import { defineConfig, loadConfig, variable, type DatabaseConfig } from '@toolplane/config';
import pg from 'pg';
import { Type } from 'typebox';
import { TYPES, type Entities } from '../data-source.js';
import { Database } from '../database.js';
import { provisionDatabase } from '../local/provision-database.js';
import { allRoles, roleNames } from '../local/provision-statements.js';
import { migrate, type Migration } from '../migrations.js';

const SERVER = defineConfig({
  url: variable({ env: 'TOOLPLANE_TEST_POSTGRES', doc: 'Superuser URL of the Postgres of this test run.', schema: Type.String() }),
});
const PASSWORD = 'test';
const POOL_SIZE = 4;
/** Roles belong to the server, not to a database: two spec files at once would both make them. */
const LOCK = 'select pg_advisory_lock(7470664)';

export interface TestDatabaseOptions {
  readonly service: string;
  readonly migrations: readonly Migration[];
  readonly entities?: Entities;
}

export interface TestDatabase {
  readonly database: Database;
  /** What the service would have been given; without an owner’s URL, since the schema is there already. */
  readonly config: DatabaseConfig;
  /** Of the superuser, to whom no policy applies, for this database. */
  readonly adminUrl: string;
  readonly ownerUrl: string;
  /** A statement as the superuser. */
  query<Row extends object = Record<string, unknown>>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Drops the database. */
  close(): Promise<void>;
}

/** A database of its own for a spec file, cloned from a template that holds the service’s migrated schema. */
export async function testDatabase({ service, migrations, entities = [] }: TestDatabaseOptions): Promise<TestDatabase> {
  const server = loadConfig(SERVER).url;
  const name = `spec_${service}_${randomBytes(6).toString('hex')}`;
  await asAdmin(server, async (admin) => {
    await admin.query(LOCK);
    const template = await ensureTemplate(admin, server, service, migrations);
    await admin.query(`create database ${name} template ${template}`);
  });
  const { api, worker, owner } = roleNames(service);
  const config = { apiUrl: asRole(server, name, api), workerUrl: asRole(server, name, worker), poolSize: POOL_SIZE };
  const database = await Database.connect({ service, entities, ...config });
  const adminUrl = onDatabase(server, name);
  const superuser = new pg.Pool({ connectionString: adminUrl, max: 2, types: TYPES });
  superuser.on('error', () => undefined);
  return {
    database,
    config,
    adminUrl,
    ownerUrl: asRole(server, name, owner),
    query: async <Row extends object>(sql: string, values: readonly unknown[] = []) => (await superuser.query(sql, [...values])).rows as Row[],
    close: async () => {
      await database.close();
      await superuser.end();
      await asAdmin(server, (admin) => admin.query(`drop database if exists ${name} with (force)`));
    },
  };
}

/** The template is marked as one when it is complete; an incomplete one is left from a run that was killed. */
async function ensureTemplate(admin: pg.Client, server: string, service: string, migrations: readonly Migration[]): Promise<string> {
  const text = migrations.map(({ id, up }) => `${id}\n${String(up)}`).join('\n');
  const name = `template_${service}_${createHash('sha256').update(text).digest('hex').slice(0, 12)}`;
  const { rowCount } = await admin.query('select from pg_database where datname = $1 and datistemplate', [name]);
  if (rowCount) return name;
  await admin.query(`drop database if exists ${name} with (force)`);
  await admin.query(`create database ${name}`);
  const passwords = Object.fromEntries(allRoles([service]).map((role) => [role, PASSWORD]));
  await provisionDatabase(onDatabase(server, name), { services: [service], passwords });
  await migrate(asRole(server, name, roleNames(service).owner), service, migrations);
  await admin.query(`alter database ${name} is_template true`);
  return name;
}

async function asAdmin(server: string, work: (admin: pg.Client) => Promise<unknown>): Promise<void> {
  const admin = new pg.Client({ connectionString: server });
  await admin.connect();
  try {
    await work(admin);
  } finally {
    await admin.end();
  }
}

const onDatabase = (server: string, database: string): string => Object.assign(new URL(server), { pathname: `/${database}` }).href;
const asRole = (server: string, database: string, role: string): string =>
  Object.assign(new URL(onDatabase(server, database)), { username: role, password: PASSWORD }).href;
