import { describe, expect, it } from '@jest/globals';
import { newId } from '@toolplane/contracts/ids';
import { migrate } from '@toolplane/persistence';
import { testDatabase, type TestDatabase, tablesWithoutForcedPolicy } from '@toolplane/persistence/testing';
import { createEntries } from '../../migrations/20261120T2220-create-entries.js';
import { auditMigrations } from '../audit.migrations.js';
import { chainsOf } from '../testing/chains.js';
import { verifyTenant } from '../verify/verify-tenant.js';

/** As the release before writes: it knows no months. */
const BEFORE = `
  with marked as (insert into audit.recorded_events (tenant_id, event_id, seq) values ($1, $2, $3)),
       moved as (insert into audit.heads (tenant_id, seq, hash) values ($1, $3, $5) on conflict (tenant_id) do update set seq = excluded.seq, hash = excluded.hash)
  insert into audit.entries (tenant_id, seq, at, kind, status, code, execution_id, correlation_id, tool_id, tool_name, agent, session_id, exception_id,
                             requested_by_type, requested_by_id, actor_type, actor_id, details, prev_hash, hash)
  values ($1, $3, now(), 'outcome', 'success', null, null, null, null, null, null, null, null, null, null, null, null, '{}', $4, $5)`;

describe('partitions by month', () => {
  const write = (db: TestDatabase, seq: number) =>
    db.database.asWorker((tx) => tx.query(BEFORE, ['old', newId(), seq, seq === 1 ? '0'.repeat(64) : `h${seq - 1}`, `h${seq}`]));

  it('take in what a release without them has written, and go on taking what it writes', async () => {
    const db = await testDatabase({ service: 'audit', migrations: [createEntries] });
    try {
      await write(db, 1);
      await write(db, 2);
      await migrate(db.ownerUrl, 'audit', auditMigrations);
      await write(db, 3);
      expect(await db.query(`select seq, hash, month = date_trunc('month', now() at time zone 'UTC')::date as now from audit.entries order by seq`)).toEqual(
        [1, 2, 3].map((seq) => ({ seq, hash: `h${seq}`, now: true })),
      );
      expect(await db.query('select count(*)::int as n from audit.recorded_events r join audit.entries e using (tenant_id, seq, month)')).toEqual([{ n: 3 }]);
      expect(await tablesWithoutForcedPolicy(db, 'audit')).toEqual([]);
      const { chain } = chainsOf(() => db);
      expect(await verifyTenant(db.database, await chain(5))).toMatchObject({ ok: true, entries: 5 });
      for (const statement of ['update audit.entries set code = null', 'delete from audit.entries']) {
        await expect(db.database.asWorker((tx) => tx.query(statement))).rejects.toThrow(/permission denied/);
      }
    } finally {
      await db.close();
    }
  });

  it('are made when they are needed: by nobody but the function that makes them', async () => {
    const db = await testDatabase({ service: 'audit', migrations: auditMigrations });
    try {
      const make = (month: string) => db.database.asWorker((tx) => tx.query('select audit.ensure_month($1)', [month]));
      await Promise.all([make('2031-05-01'), make('2031-05-01'), make('2031-06-01')]);
      await expect(make('2031-05-02')).rejects.toThrow(/first of a month/);
      await expect(db.database.asWorker((tx) => tx.query('create table audit.mine (id int)'))).rejects.toThrow(/permission denied/);
      await expect(db.database.asWorker((tx) => tx.query('select * from audit.entries_2031_05'))).rejects.toThrow(/permission denied/);
      await expect(db.database.asTenant('demo', (tx) => tx.query(`select audit.ensure_month('2031-07-01')`))).rejects.toThrow(/permission denied/);
    } finally {
      await db.close();
    }
  });
});
