import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { testDatabase, type TestDatabase } from '@toolplane/persistence/testing';
import { auditMigrations } from '../audit.migrations.js';
import { appendToChains } from '../chain/chain.store.js';
import { CheckpointFiles } from '../checkpoints/checkpoint-files.js';
import { chainsOf, checkpointDir, checkpointKey, outcomeDraft } from '../testing/chains.js';
import { verifyTenant } from '../verify/verify-tenant.js';
import { Retention } from './retention.js';

let db: TestDatabase;
let files: CheckpointFiles;
beforeAll(async () => {
  db = await testDatabase({ service: 'audit', migrations: auditMigrations });
});
afterAll(() => db.close());
beforeEach(async () => {
  await db.query('truncate audit.entries, audit.heads, audit.recorded_events, audit.tombstones');
  files = new CheckpointFiles(await checkpointDir(), checkpointKey());
});
const { chain, grow } = chainsOf(() => db);

/** As if entries up to one had been recorded in another month. */
const recordedIn = async (month: string, tenantId: string, through: number): Promise<void> => {
  await db.query('select audit.ensure_month($1)', [month]);
  for (const table of ['entries', 'recorded_events']) {
    await db.query(`update audit.${table} set month = $1 where tenant_id = $2 and seq <= $3 and month > $1`, [month, tenantId, through]);
  }
};
const verify = async (tenantId: string) =>
  verifyTenant(db.database, tenantId, { outside: { checkpoints: [], refused: 0, isSigned: (statement) => files.isSigned(statement) } });
const retention = (months?: number) => new Retention(db.database, files, months);
const count = async (table: string): Promise<number> => Number((await db.query<{ n: number }>(`select count(*)::int as n from audit.${table}`))[0]?.n);

describe('retention', () => {
  it('removes nothing without being told to, and makes the next month', async () => {
    const tenantId = await chain(3);
    await recordedIn('2025-01-01', tenantId, 2);
    expect(await retention().run()).toEqual([]);
    expect(await count('entries')).toBe(3);
    await db.query(`insert into audit.heads (tenant_id, seq, hash, month) values ('ahead', 0, repeat('0', 64), date_trunc('month', now() + interval '1 month'))`);
    await grow('ahead', 1);
    expect(await verify('ahead')).toMatchObject({ ok: true, entries: 1 });
  });

  it('removes whole months, oldest first, and every chain stays verifiable behind its tombstones', async () => {
    const [long, short, young] = [await chain(6), await chain(2), await chain(2)];
    await recordedIn('2025-02-01', long, 4);
    await recordedIn('2025-01-01', long, 2);
    await recordedIn('2025-01-01', short, 2);
    expect(await retention(2).run()).toEqual(['2025-01-01', '2025-02-01']);
    expect(await verify(long)).toMatchObject({ ok: true, entries: 2, removedThrough: 4, checkpoint: { seq: 6 } });
    expect(await verify(short)).toMatchObject({ ok: true, entries: 0, removedThrough: 2 });
    expect(await verify(young)).toMatchObject({ ok: true, entries: 2, removedThrough: 0 });
    await grow(short, 1);
    expect(await verify(short)).toMatchObject({ ok: true, entries: 1, checkpoint: { seq: 3 } });
    expect((await files.read(long)).tombstones).toMatchObject([{ firstSeq: 1, lastSeq: 2 }, { firstSeq: 3, lastSeq: 4 }]);
    expect(await retention(2).run()).toEqual([]);
  });

  it.each([
    ['taken away', 'delete from audit.tombstones where tenant_id = $1'],
    ['made to tell of more', 'update audit.tombstones set last_seq = 3 where tenant_id = $1'],
    ['made to end elsewhere', `update audit.tombstones set last_hash = repeat('1', 64) where tenant_id = $1`],
    ['signed by nobody', `update audit.tombstones set signature = 'x' where tenant_id = $1`],
  ])('leaves a tombstone that is missed or found out when it is %s', async (_title, statement) => {
    const tenantId = await chain(4);
    await recordedIn('2025-01-01', tenantId, 2);
    await retention(1).run();
    expect(await verify(tenantId)).toMatchObject({ ok: true, entries: 2 });
    await db.query(statement, [tenantId]);
    expect(await verify(tenantId)).toMatchObject({ ok: false, firstBadSequence: 1 });
  });

  it('does not remove what does not verify: it may be evidence', async () => {
    const tenantId = await chain(4);
    await recordedIn('2025-01-01', tenantId, 2);
    await db.query(`update audit.entries set code = 'X' where tenant_id = $1 and seq = 1`, [tenantId]);
    await expect(retention(1).run()).rejects.toThrow(/is bad at 1/);
    expect(await count('entries')).toBe(4);
  });

  it('is the only way in which entries go: a month without tombstones, the current one, or one that is not the oldest stays', async () => {
    const tenantId = await chain(4);
    await recordedIn('2025-02-01', tenantId, 2);
    await recordedIn('2025-01-01', tenantId, 1);
    const remove = (month: string) => db.database.asWorker((tx) => tx.query('select audit.remove_month($1)', [month]));
    await expect(remove('2025-01-01')).rejects.toThrow(/no tombstone/);
    await expect(remove('2025-02-01')).rejects.toThrow(/an older month/);
    const [row] = await db.query<{ month: string }>(`select date_trunc('month', now() at time zone 'UTC')::date::text as month`);
    await expect(remove(row?.month ?? '')).rejects.toThrow(/has not ended/);
    await expect(db.database.asTenant(tenantId, (tx) => tx.query(`select audit.remove_month('2025-01-01')`))).rejects.toThrow(/permission denied/);
  });
});

describe('the ids of recorded events', () => {
  it('go when no topic holds the events any more, but for those of compacted topics', async () => {
    const tenantId = await chain(3);
    await db.query(`update audit.entries set kind = 'change' where tenant_id = $1 and seq = 2`, [tenantId]);
    await recordedIn('2025-01-01', tenantId, 2);
    await retention().run();
    expect(await db.query('select seq from audit.recorded_events order by seq')).toEqual([{ seq: 2 }, { seq: 3 }]);
    await expect(db.database.asWorker((tx) => tx.query(`select audit.forget_events((now() + interval '1 day')::date, 10)`))).rejects.toThrow(/may still hold/);
  });

  it('that are still there when the entry is gone keep the event from being recorded again', async () => {
    const tenantId = 'compacted';
    const draft = outcomeDraft(tenantId);
    const append = () => db.database.asWorker((tx) => appendToChains(tx, [draft]));
    expect(await append()).toHaveLength(1);
    await db.query(`update audit.entries set kind = 'change' where tenant_id = $1`, [tenantId]);
    await db.query(`select audit.ensure_month('2025-01-01')`);
    await recordedIn('2025-01-01', tenantId, 1);
    await db.query(`delete from audit.entries where tenant_id = $1`, [tenantId]);
    expect(await append()).toEqual([]);
    expect(await count('entries')).toBe(0);
  });
});
