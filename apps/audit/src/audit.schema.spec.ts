import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { batchDifferences, dumpSchema, tablesWithoutForcedPolicy, testDatabase, type TestDatabase } from '@toolplane/persistence/testing';
import { auditMigrations } from './audit.migrations.js';
import { entryBatch } from './chain/entry-row.js';

describe('the schema of the audit', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await testDatabase({ service: 'audit', migrations: auditMigrations });
  });
  afterAll(() => db.close());

  it('is the committed one', async () => {
    expect(await dumpSchema(db, 'audit')).toBe(await readFile('apps/audit/schema.sql', 'utf8'));
  });

  it('keeps tenants apart in every table', async () => {
    expect(await tablesWithoutForcedPolicy(db, 'audit')).toEqual([]);
  });

  it('has the columns that entries are written to', async () => {
    expect(await batchDifferences(db, entryBatch, { table: 'audit.entries' })).toEqual([]);
  });

  it('lets neither role change or remove an entry', async () => {
    for (const statement of [`update audit.entries set code = 'X'`, 'delete from audit.entries', 'truncate audit.entries']) {
      await expect(db.database.asWorker((tx) => tx.query(statement))).rejects.toThrow(/permission denied/);
      await expect(db.database.asTenant('demo', (tx) => tx.query(statement))).rejects.toThrow(/permission denied/);
    }
    await expect(db.database.asTenant('demo', (tx) => tx.query(`insert into audit.heads values ('demo', 1, 'x')`))).rejects.toThrow(/permission denied/);
  });
});
