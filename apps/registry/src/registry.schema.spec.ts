import { readFile } from 'node:fs/promises';
import { dumpSchema, tablesWithoutForcedPolicy, testDatabase, type TestDatabase } from '@toolplane/persistence/testing';
import { registryMigrations } from './registry.migrations.js';

/** Nobody's rows: how far the schema is, which logs were seen and how far they were read. */
const WITHOUT_TENANT = ['known_logs', 'migrations', 'positions'];
const UNSECURED = `
  select relname as name from pg_class where relnamespace = 'registry'::regnamespace and relkind in ('r', 'p')
     and not (relrowsecurity and relforcerowsecurity) order by relname`;

describe('the schema of the registry', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await testDatabase({ service: 'registry', migrations: registryMigrations });
  });
  afterAll(() => db.close());

  it('is the committed one', async () => {
    expect(await dumpSchema(db, 'registry')).toBe(await readFile('apps/registry/schema.sql', 'utf8'));
  });

  it('has no table with a tenant’s rows that is not forced to keep tenants apart', async () => {
    expect(await tablesWithoutForcedPolicy(db, 'registry')).toEqual([]);
    expect((await db.query<{ name: string }>(UNSECURED)).map(({ name }) => name)).toEqual(WITHOUT_TENANT);
  });

  it('is found at fault when one policy is missing', async () => {
    await db.query('drop policy api on registry.enablements');
    expect(await tablesWithoutForcedPolicy(db, 'registry')).toEqual(['enablements']);
  });

  it('shows no row where no tenant is set, and lets no role change a version', async () => {
    await db.query(`insert into registry.tenants (id, display_name, revision) values ('acme', 'Acme', 1)`);
    const api = await db.database.asTenant('other', (tx) => tx.query('select id from registry.tenants'));
    expect(api).toEqual([]);
    for (const door of [() => db.database.asTenant('acme', (tx) => tx.query(`update registry.tool_versions set version = '9.9.9'`)),
      () => db.database.asWorker((tx) => tx.query('delete from registry.tool_versions'))]) {
      await expect(door()).rejects.toThrow(/permission denied/);
    }
  });
});
