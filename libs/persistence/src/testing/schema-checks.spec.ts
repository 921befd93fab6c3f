import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { batchOf } from '../batch-of.js';
import { rowLevelSecurity } from '../row-level-security.js';
import { batchDifferences, dumpSchema, tablesWithoutForcedPolicy, testDatabase, type TestDatabase } from './index.js';

const service = 'example';
const table = (name: string) => `create table example.${name} (tenant_id text not null, id int primary key);`;
const secured = (name: string) => table(name) + rowLevelSecurity({ service, table: name, api: ['select'], worker: ['select', 'insert'] });

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase({
    service,
    migrations: [
      {
        id: '20261120T2140-create-all',
        up: `
          ${secured('right')} ${table('bare')}
          ${secured('lax')} alter table example.lax no force row level security;
          ${secured('half')} drop policy worker on example.half;
          create table example.plain (id int generated always as identity primary key, name varchar(10) default 'x' check (name <> ''));
          create index plain_name on example.plain (name) where name is not null;`,
      },
    ],
  });
});
afterAll(() => db.close());

describe('the checks that every service’s spec makes', () => {
  it('name the tables of tenants that lack forced row-level security for one of the two roles', async () => {
    expect(await tablesWithoutForcedPolicy(db, service)).toEqual(['bare', 'half', 'lax']);
  });

  it('name what a batch and its table disagree on', async () => {
    const batch = batchOf({ tenantId: 'text', id: 'bigint', fromStatus: 'text', absent: 'json' });
    expect(await batchDifferences(db, batch, { table: 'example.right', except: ['from_status'] })).toEqual([
      'id: bigint in the batch, int in example.right',
      'absent: json in the batch, absent in example.right',
    ]);
  });

  it('dump a schema so that a change of any part of it changes the text', async () => {
    const text = await dumpSchema(db, service);
    const part = text.slice(text.indexOf('create table example.plain'), text.indexOf('create table example.right'));
    expect(part).toBe(`create table example.plain (
  id integer not null generated always as identity,
  name character varying(10) default 'x'::character varying,
  constraint plain_pkey PRIMARY KEY (id),
  constraint plain_name_check CHECK (((name)::text <> ''::text))
);

CREATE INDEX plain_name ON example.plain USING btree (name) WHERE (name IS NOT NULL);

`);
    await db.query('alter table example.right disable row level security');
    expect(await dumpSchema(db, service)).not.toBe(text);
  });
});
