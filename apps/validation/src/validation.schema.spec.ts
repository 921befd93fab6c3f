import { readFile } from 'node:fs/promises';
import { dumpSchema, tablesWithoutForcedPolicy, testDatabase, type TestDatabase } from '@toolplane/persistence/testing';
import { validationMigrations } from './validation.migrations.js';

describe('the schema of validation', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await testDatabase({ service: 'validation', migrations: validationMigrations });
  });
  afterAll(() => db.close());

  it('is the committed one', async () => {
    expect(await dumpSchema(db, 'validation')).toBe(await readFile('apps/validation/schema.sql', 'utf8'));
  });

  it('has no table with a tenant’s rows that is not forced to keep tenants apart', async () => {
    expect(await tablesWithoutForcedPolicy(db, 'validation')).toEqual([]);
  });
});
