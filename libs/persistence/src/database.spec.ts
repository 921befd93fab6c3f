import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DependencyDown } from '@toolplane/contracts/errors';
import { EntitySchema } from 'typeorm';
import { batchOf } from './batch-of.js';
import { Database } from './database.js';
import { duplicateKey } from './failures.js';
import { rowLevelSecurity } from './row-level-security.js';
import { testDatabase, type TestDatabase } from './testing/index.js';

const service = 'example';
const migrations = [
  {
    id: '20261120T2140-create-things',
    up: `
      create table example.things (tenant_id text, id int not null, name text, total bigint, at timestamptz, constraint things_id unique (tenant_id, id));
      ${rowLevelSecurity({ service, table: 'things', api: ['select', 'insert', 'update'], worker: ['select', 'insert', 'update', 'delete'], globalRows: true })}`,
  },
];
const things = batchOf({ tenantId: 'text', id: 'int', name: 'text', total: 'bigint', at: 'timestamptz' });
const INSERT = `insert into example.things (${things.columns}) select ${things.columns} from ${things.source}`;
const NAMES = 'select tenant_id as "tenantId", id from example.things order by id';

const Things = new EntitySchema<{ tenantId: string; id: number }>({
  name: 'Things',
  schema: 'example',
  tableName: 'things',
  columns: { tenantId: { name: 'tenant_id', type: 'text', primary: true }, id: { type: 'int', primary: true } },
});

let db: TestDatabase;
let database: Database;
beforeAll(async () => {
  db = await testDatabase({ service, migrations });
  database = db.database;
});
beforeEach(() => db.query('truncate example.things'));
afterAll(() => db.close());
const given = (...rows: { tenantId: string | null; id: number; total?: bigint; at?: Date }[]) =>
  database.asWorker((tx) => tx.query(INSERT, things.values(rows)));

describe('asTenant', () => {
  it('sees its own rows and the global ones, and no other tenant’s', async () => {
    await given({ tenantId: 'a', id: 1 }, { tenantId: 'b', id: 2 }, { tenantId: null, id: 3 });
    expect(await database.asTenant('a', (tx) => tx.query(NAMES))).toEqual([{ tenantId: 'a', id: 1 }, { tenantId: null, id: 3 }]);
  });

  it('writes no row of another tenant, and none that is global', async () => {
    await given({ tenantId: 'b', id: 1 }, { tenantId: null, id: 2 });
    const insert = (tenantId: string | null) => database.asTenant('a', (tx) => tx.query(INSERT, things.values([{ tenantId, id: 9 }])));
    await expect(insert('b')).rejects.toThrow(/row-level security/);
    await expect(insert(null)).rejects.toThrow(/row-level security/);
    expect(await database.asTenant('a', (tx) => tx.query(`update example.things set name = 'mine' returning id`))).toEqual([]);
  });

  it('leaves no tenant behind on its connection', async () => {
    await given({ tenantId: 'a', id: 1 });
    for (let time = 0; time < 10; time++) await database.asTenant('a', (tx) => tx.query(NAMES));
    const unset = await database.asTenant('a', async (tx) => {
      await tx.query(`select set_config('toolplane.tenant', '', true)`);
      return tx.query(NAMES);
    });
    expect(unset).toEqual([]);
  });

  it('refuses to act for nobody and for everybody', async () => {
    await expect(database.asTenant('', () => Promise.resolve())).rejects.toThrow('needs a tenant');
    await expect(database.asTenant('*', () => Promise.resolve())).rejects.toThrow('needs a tenant');
  });
});

describe('asWorker', () => {
  it('spans tenants', async () => {
    await given({ tenantId: 'a', id: 1 }, { tenantId: 'b', id: 2 });
    expect(await database.asWorker((tx) => tx.query(NAMES))).toHaveLength(2);
  });

  it('sends BEGIN, the statements, COMMIT and nothing else', async () => {
    const pid = await database.asWorker(async (tx) => (await tx.query<{ pid: number }>('select pg_backend_pid() as pid'))[0]?.pid);
    const [row] = await db.query<{ query: string }>('select query from pg_stat_activity where pid = $1', [pid]);
    expect(row?.query).toBe('COMMIT');
    const said: string[] = [];
    await database.asWorker(async (tx) => {
      said.push((await tx.query<{ count: number }>('select count(*) from pg_stat_activity where pid = pg_backend_pid() and xact_start = now()'))[0]?.count === 1 ? 'open' : 'none');
    });
    expect(said).toEqual(['open']);
  });

  it('keeps nothing of work that throws, and tells nobody that it was committed', async () => {
    let told = false;
    const work = database.asWorker(async (tx) => {
      tx.afterCommit(() => (told = true));
      await tx.query(INSERT, things.values([{ tenantId: 'a', id: 1 }]));
      throw new RangeError('changed my mind');
    });
    await expect(work).rejects.toThrow(RangeError);
    expect(told).toBe(false);
    expect(await db.query(NAMES)).toEqual([]);
  });

  it('is not taken for committed when a failed statement was swallowed', async () => {
    let told = false;
    const work = database.asWorker(async (tx) => {
      tx.afterCommit(() => (told = true));
      await tx.query(INSERT, things.values([{ tenantId: 'a', id: 1 }]));
      await tx.query('select 1 / 0').catch(() => undefined);
    });
    await expect(work).rejects.toThrow('nothing of the transaction was kept');
    expect(told).toBe(false);
    expect(await db.query(NAMES)).toEqual([]);
  });

  it('has what the entity manager does as a part of it', async () => {
    const source = await Database.connect({ service, ...db.config, entities: [Things] });
    const work = (end: () => void) =>
      source.asWorker(async (tx) => {
        await tx.manager.save(Things, { tenantId: 'a', id: 1 });
        await tx.manager.transaction((inner) => inner.save(Things, { tenantId: 'a', id: 2 }));
        expect(await tx.query(NAMES)).toHaveLength(2);
        end();
      });
    try {
      await expect(work(() => { throw new RangeError('no'); })).rejects.toThrow(RangeError);
      expect(await db.query(NAMES)).toEqual([]);
      await work(() => undefined);
      expect(await db.query(NAMES)).toHaveLength(2);
    } finally {
      await source.close();
    }
  });

  it('reads a bigint as a number while that is exact, and a time as a Date', async () => {
    const at = new Date('2026-11-20T21:40:00.123Z');
    await given({ tenantId: 'a', id: 1, total: 2n ** 53n - 1n, at }, { tenantId: 'a', id: 2, total: 2n ** 60n, at });
    expect(await database.asWorker((tx) => tx.query('select total, at from example.things order by id'))).toEqual([
      { total: 9007199254740991, at },
      { total: '1152921504606846976', at },
    ]);
  });
});

describe('failures', () => {
  it('repeats the whole work after a deadlock', async () => {
    await given({ tenantId: 'a', id: 1 }, { tenantId: 'a', id: 2 });
    let works = 0;
    const lock = async (first: number, second: number) =>
      database.asWorker(async (tx) => {
        works++;
        await tx.query('update example.things set name = $2 where id = $1', [first, 'x']);
        await tx.query('select pg_sleep(0.2)');
        await tx.query('update example.things set name = $2 where id = $1', [second, 'y']);
      });
    await Promise.all([lock(1, 2), lock(2, 1)]);
    expect(works).toBeGreaterThan(2);
  });

  it('gives up after three times, and says that the database is to blame', async () => {
    let works = 0;
    const work = database.asWorker(async (tx) => {
      works++;
      await tx.query(`do $$ begin raise exception 'no' using errcode = '40001'; end $$`);
    });
    await expect(work).rejects.toBeInstanceOf(DependencyDown);
    expect(works).toBe(3);
  });

  it('names the constraint of a duplicate, without the values of the statement', async () => {
    await given({ tenantId: 'a', id: 1 });
    const error: unknown = await given({ tenantId: 'a', id: 1 }).catch((reason: unknown) => reason);
    expect(duplicateKey(error)).toBe('things_id');
    expect(error).not.toHaveProperty('parameters');
  });

  it('says DependencyDown when its connection is cut, and works again afterwards', async () => {
    const cut = database.asWorker(async (tx) => {
      const [row] = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
      await db.query('select pg_terminate_backend($1)', [row?.pid]);
      await tx.query('select 1');
    });
    await expect(cut).rejects.toBeInstanceOf(DependencyDown);
    expect(await database.asWorker((tx) => tx.query('select 1 as one'))).toEqual([{ one: 1 }]);
  });

  it('says DependencyDown when nobody listens', async () => {
    const url = 'postgres://example_api:test@127.0.0.1:1/nothing';
    await expect(Database.connect({ service, apiUrl: url, workerUrl: url, poolSize: 1 })).rejects.toBeInstanceOf(DependencyDown);
  });

  it('says what the server said when it refuses the role', async () => {
    const apiUrl = db.config.apiUrl.replace(':test@', ':wrong@');
    await expect(Database.connect({ service, ...db.config, apiUrl })).rejects.toMatchObject({ code: '28P01' });
  });

  it('refuses a role to which no policy applies', async () => {
    await expect(Database.connect({ service, ...db.config, apiUrl: db.adminUrl })).rejects.toThrow('exempt from row-level security');
  });

  it('keeps its health check apart from pools that are full', async () => {
    const small = await Database.connect({ service, ...db.config, poolSize: 1 });
    let release = (): void => undefined;
    const held = small.asWorker(() => new Promise<void>((done) => (release = done)));
    try {
      expect((await small.ping()).ms).toBeGreaterThanOrEqual(0);
    } finally {
      release();
      await held;
      await small.close();
    }
  });
});
