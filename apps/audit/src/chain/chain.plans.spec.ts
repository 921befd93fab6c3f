import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { genericPlan, testDatabase, type TestDatabase } from '@toolplane/persistence/testing';
import { auditMigrations } from '../audit.migrations.js';
import { CHAIN_STATEMENTS } from './chain.store.js';

/** Measured elsewhere: a plan that scans turns a batch of 500 into 500 × 500 comparisons. */
describe('the statements of a chain, with whatever values and under row-level security', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await testDatabase({ service: 'audit', migrations: auditMigrations });
    await db.query(`
      insert into audit.entries (tenant_id, seq, at, kind, details, prev_hash, hash, month)
        select 'tenant-' || n % 2000, 1 + n / 2000, now(), 'outcome', '{}', '', '', date_trunc('month', now() at time zone 'UTC') + n % 2 * interval '1 month'
          from generate_series(0, 39999) n;
      insert into audit.recorded_events select tenant_id, gen_random_uuid(), seq, month from audit.entries;
      insert into audit.heads select 'tenant-' || n, 20, '' from generate_series(0, 19999) n;
      analyze audit.entries; analyze audit.recorded_events; analyze audit.heads`);
  });
  afterAll(() => db.close());

  it.each(Object.entries(CHAIN_STATEMENTS))('%s finds its rows by primary key', async (_name, sql) => {
    const plan = await genericPlan(db, sql);
    expect(plan).not.toMatch(/Seq Scan/);
    expect(plan).not.toMatch(/Hash Join|Merge Join/);
  });

  it('would be found at fault if they did not', async () => {
    expect(await genericPlan(db, `select from audit.entries where hash = $1`)).toMatch(/Seq Scan/);
  });
});
