import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testDatabase, type TestDatabase } from '../testing/index.js';
import { provisionDatabase } from './provision-database.js';
import { provisionScript } from './provision-script.js';
import { allRoles } from './provision-statements.js';

// Not the names of real services: roles belong to the server that other spec files use at the same time.
const services = ['specimen', 'specimen_two'];
const passwords = Object.fromEntries(allRoles(services).map((role) => [role, 'test']));

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase({ service: 'specimen', migrations: [] });
});
afterAll(() => db.close());

describe('provisionDatabase', () => {
  it('may be run again, and gives roles that are neither superuser nor exempt from row-level security', async () => {
    await provisionDatabase(db.adminUrl, { services, passwords });
    await provisionDatabase(db.adminUrl, { services, passwords });
    const roles = await db.query(
      `select rolname as name, rolcanlogin as login, rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication as powerful
         from pg_roles where rolname = any($1) order by 1`,
      [allRoles(services)],
    );
    expect(roles).toEqual(allRoles(services).sort().map((name) => ({ name, login: true, powerful: false })));
  });

  it('gives each schema to its owner, lets its two roles in, and nobody else', async () => {
    const [row] = await db.query(`
      select pg_get_userbyid(nspowner) as owner, has_schema_privilege('specimen_api', oid, 'usage') as api,
             has_schema_privilege('specimen_api', oid, 'create') as creates, has_schema_privilege('specimen_two_worker', oid, 'usage') as stranger
        from pg_namespace where nspname = 'specimen'`);
    expect(row).toEqual({ owner: 'specimen_owner', api: true, creates: false, stranger: false });
  });

  it('can be run by a role that is no superuser but may create roles', async () => {
    await db.query(`create role specimen_admin login createrole password 'test'`);
    await db.query(`do $$ begin execute format('grant create on database %I to specimen_admin', current_database()); end $$`);
    await db.query('grant event_log to specimen_admin with admin option'); // other spec files use that role: it is there already
    const adminUrl = Object.assign(new URL(db.adminUrl), { username: 'specimen_admin', password: 'test' }).href;
    const given = { services: ['specimen_three'], passwords: Object.fromEntries(allRoles(['specimen_three']).map((role) => [role, 'test'])) };
    await provisionDatabase(adminUrl, given);
    await provisionDatabase(adminUrl, given);
    expect(await db.query(`select pg_get_userbyid(nspowner) as owner from pg_namespace where nspname = 'specimen_three'`)).toEqual([
      { owner: 'specimen_three_owner' },
    ]);
  });

  it('says which passwords are missing, and does nothing', async () => {
    await expect(provisionDatabase(db.adminUrl, { services: ['never'], passwords: { never_api: 'x' } })).rejects.toThrow(
      'No password was given for never_owner, never_worker, event_log',
    );
    expect(await db.query(`select from pg_roles where rolname like 'never%'`)).toEqual([]);
  });

  it('refuses a name that would need quoting', async () => {
    await expect(provisionDatabase(db.adminUrl, { services: ['a"; drop'], passwords: {} })).rejects.toThrow('cannot name a schema');
  });
});

it('the script for operators says the same as the code', async () => {
  const file = new URL('../../../../deploy/postgres/provision.sql', import.meta.url);
  expect(await readFile(file, 'utf8')).toBe(provisionScript());
});
