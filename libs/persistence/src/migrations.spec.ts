import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { migrate, verifySchema, type Migration } from './migrations.js';
import { testDatabase, type TestDatabase } from './testing/index.js';

const service = 'example';
const first: Migration = { id: '20261120T2140-create-things', up: 'create table example.things (id int primary key)' };
const second: Migration = { id: '20261120T2150-fill-things', up: async (tx) => void (await tx.query('insert into example.things values ($1)', [1])) };

let db: TestDatabase;
beforeEach(async () => {
  db = await testDatabase({ service, migrations: [] });
});
afterEach(() => db.close());

describe('migrate', () => {
  it('applies what is missing, in the order of ids, once', async () => {
    expect(await migrate(db.ownerUrl, service, [second, first])).toEqual([first.id, second.id]);
    expect(await migrate(db.ownerUrl, service, [first, second])).toEqual([]);
    expect(await db.query('select id from example.things')).toEqual([{ id: 1 }]);
    expect(await db.query('select id from example.migrations order by id')).toEqual([{ id: first.id }, { id: second.id }]);
  });

  it('lets one of several instances do it while the others wait', async () => {
    const done = await Promise.all([1, 2, 3, 4].map(() => migrate(db.ownerUrl, service, [first, second])));
    expect(done.flat().sort()).toEqual([first.id, second.id]);
  });

  it('keeps nothing of a migration that fails, and what came before it', async () => {
    const broken: Migration = { id: '20261120T2160-break', up: 'create table example.others (id int); select no_such_function()' };
    await expect(migrate(db.ownerUrl, service, [first, broken])).rejects.toThrow(`Migration ${broken.id} failed`);
    expect(await db.query(`select to_regclass('example.things') is not null as things, to_regclass('example.others') is not null as others`)).toEqual([
      { things: true, others: false },
    ]);
    expect(await migrate(db.ownerUrl, service, [first, second])).toEqual([second.id]);
  });

  it('refuses a database that a newer release has migrated', async () => {
    await migrate(db.ownerUrl, service, [first, second]);
    await expect(migrate(db.ownerUrl, service, [first])).rejects.toThrow(/has 20261120T2150-fill-things, which this release does not know/);
  });

  it('refuses ids that say nothing about their order, and two of one name', async () => {
    await expect(migrate(db.ownerUrl, service, [{ id: 'create-things', up: '' }])).rejects.toThrow('not of the form');
    await expect(migrate(db.ownerUrl, service, [first, first])).rejects.toThrow('two migrations');
  });
});

describe('verifySchema', () => {
  it('is content with exactly this release’s schema, asked by a role that owns nothing', async () => {
    await migrate(db.ownerUrl, service, [first]);
    await expect(verifySchema(db.config.workerUrl, service, [first])).resolves.toBeUndefined();
  });

  it('refuses an older one and says what applies the rest', async () => {
    await expect(verifySchema(db.config.workerUrl, 'absent', [first])).rejects.toThrow(/lacks .* DATABASE_OWNER_URL/);
    await migrate(db.ownerUrl, service, [first]);
    await expect(verifySchema(db.config.workerUrl, service, [first, second])).rejects.toThrow(/lacks 20261120T2150-fill-things/);
  });

  it('refuses a newer one', async () => {
    await migrate(db.ownerUrl, service, [first, second]);
    await expect(verifySchema(db.config.workerUrl, service, [first])).rejects.toThrow(/older than the database/);
  });
});
