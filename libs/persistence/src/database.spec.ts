import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DependencyDown } from '@toolplane/contracts/errors';
import { batchOf } from './batch-of.js';
import { Database } from './database.js';
import { duplicateKey } from './failures.js';
import { outboxTable } from './outbox/outbox-table.js';
import { positionsTable } from './positions.js';
import { rowLevelSecurity } from './row-level-security.js';
import { batchDifferences, dumpSchema, tablesWithoutForcedPolicy, testDatabase, type TestDatabase } from './testing/index.js';

const service = 'example';
const things = batchOf({ tenantId: 'text', id: 'uuid', count: 'int', total: 'bigint', document: 'json', madeAt: 'timestamptz', open: 'bool' });
const migrations = [
  {
    id: '20261120T2140-create-things',
    up: `
      create table example.things (tenant_id text, id uuid not null, count int, total bigint, document json, made_at timestamptz, open bool,
        unique nulls not distinct (tenant_id, id));
      ${rowLevelSecurity({ service, table: 'things', api: ['select', 'insert', 'update'], worker: ['select', 'insert', 'update'], globalRows: true })}
      ${outboxTable(service)}
      ${positionsTable(service)}`,
  },
];
const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const INSERT = `insert into example.things (${things.columns}) select ${things.columns} from ${things.source}`;

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase({ service, migrations });
});
afterAll(() => db.close());

describe('the two doors', () => {
  it('give one tenant its own rows and the global ones, and the worker all of them', async () => {
    const rows = [{ tenantId: 'a', id: id(1) }, { tenantId: 'b', id: id(2) }, { tenantId: null, id: id(3) }];
    await db.database.asWorker((tx) => tx.query(INSERT, things.values(rows)));
    const seen = await db.database.asTenant('a', (tx) => tx.query('select id from example.things order by id'));
    expect(seen).toEqual([{ id: id(1) }, { id: id(3) }]);
    expect(await db.database.asWorker((tx) => tx.query('select id from example.things'))).toHaveLength(3);
  });
});
