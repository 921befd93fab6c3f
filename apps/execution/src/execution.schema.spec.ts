import { readFile } from 'node:fs/promises';
import { dumpSchema, tablesWithoutForcedPolicy, testDatabase, type TestDatabase } from '@toolplane/persistence/testing';
import { executionMigrations } from './execution.migrations.js';

describe('the schema of execution', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await testDatabase({ service: 'execution', migrations: executionMigrations });
  });
  afterAll(() => db.close());

  it('is the committed one', async () => {
    expect(await dumpSchema(db, 'execution')).toBe(await readFile('apps/execution/schema.sql', 'utf8'));
  });

  it('has no table with a tenant’s rows that is not forced to keep tenants apart', async () => {
    expect(await tablesWithoutForcedPolicy(db, 'execution')).toEqual([]);
  });
});
