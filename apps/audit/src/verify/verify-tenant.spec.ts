import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ToolExecutionCompleted } from '@toolplane/contracts/events';
import { testDatabase, type TestDatabase } from '@toolplane/persistence/testing';
import { auditMigrations } from '../audit.migrations.js';
import { appendToChains } from '../chain/chain.store.js';
import { draftOf } from '../chain/draft.js';
import { contentOfOutcome } from '../record/content-of-outcome.js';
import { another, received } from '../testing/events.js';
import { verifyTenant } from './verify-tenant.js';

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase({ service: 'audit', migrations: auditMigrations });
});
afterAll(() => db.close());

let tenants = 0;
/** A tenant with a chain of that many entries. */
const chain = async (length: number): Promise<string> => {
  const tenantid = `tenant-${tenants++}`;
  const drafts = Array.from({ length }, (_, n) => {
    const event = received(another(ToolExecutionCompleted, { tenantid, sessionId: `s${n}`, requestedBy: { type: 'user', id: 'u' } }));
    return draftOf(event, contentOfOutcome(event));
  });
  for (let at = 0; at < length; at += 500) await db.database.asWorker((tx) => appendToChains(tx, drafts.slice(at, at + 500)));
  return tenantid;
};
const verify = (tenantId: string) => verifyTenant(db.database, tenantId);
const tamper = (sql: string, tenantId: string) => db.query(sql, [tenantId]);

describe('verifying a chain', () => {
  it('finds nothing wrong with one that nobody touched, short, long or not begun', async () => {
    expect(await verify('nobody')).toEqual({ ok: true, entries: 0, firstBadSequence: null, reason: null, checkpoint: { seq: 0, hash: '0'.repeat(64) } });
    expect(await verify(await chain(3))).toMatchObject({ ok: true, entries: 3, checkpoint: { seq: 3 } });
    expect(await verify(await chain(2_000))).toMatchObject({ ok: true, entries: 2_000 });
    expect(await verify(await chain(2_001))).toMatchObject({ ok: true, entries: 2_001 });
  });

  const COLUMNS = [
    ['seq', 'seq + 100'], ['at', `at + interval '1 ms'`], ['kind', `'decision'`], ['status', `'failed'`], ['code', `'X'`],
    ['execution_id', 'gen_random_uuid()'], ['correlation_id', 'null'], ['tool_id', `'x'`], ['tool_name', `'x'`], ['agent', `'x'`],
    ['session_id', `'x'`], ['exception_id', `'x'`], ['requested_by_type', `'service'`], ['requested_by_id', `'x'`], ['actor_type', `'user'`],
    ['actor_id', 'null'], ['details', `'{}'`], ['prev_hash', `repeat('1', 64)`], ['hash', `repeat('1', 64)`],
  ] as const;

  it('knows every column of the table', async () => {
    const columns = await db.query<{ name: string }>(
      `select attname as name from pg_attribute where attrelid = 'audit.entries'::regclass and attnum > 0 and attname not in ('tenant_id', 'month') order by attnum`,
    );
    expect(COLUMNS.map(([name]) => name)).toEqual(columns.map(({ name }) => name));
  });

  it.each(COLUMNS)('finds a changed %s and names the entry', async (column, value) => {
    const tenantId = await chain(5);
    await tamper(`update audit.entries set ${column} = ${value} where tenant_id = $1 and seq = 3`, tenantId);
    const report = await verify(tenantId);
    expect(report).toMatchObject({ ok: false, firstBadSequence: 3, entries: 2, checkpoint: { seq: 2 } });
    expect(report.reason).toBeTruthy();
  });

  it.each([
    ['an entry taken out', 'delete from audit.entries where tenant_id = $1 and seq = 2', 2],
    ['a tail cut off', 'delete from audit.entries where tenant_id = $1 and seq > 3', 4],
    ['all of it cut off', 'delete from audit.entries where tenant_id = $1', 1],
    ['an entry that was added behind the head',
      `insert into audit.entries select tenant_id, 6, at, kind, status, code, execution_id, correlation_id, tool_id, tool_name, agent, session_id,
         exception_id, requested_by_type, requested_by_id, actor_type, actor_id, details, hash, hash from audit.entries where tenant_id = $1 and seq = 5`, 6],
    ['a head that was set back', 'update audit.heads set seq = 4 where tenant_id = $1', 4],
    ['a head that was taken away', 'delete from audit.heads where tenant_id = $1', 1],
    ['a last entry made anew', `update audit.heads set hash = repeat('2', 64) where tenant_id = $1`, 5],
  ])('finds %s', async (_title, statement, firstBadSequence) => {
    const tenantId = await chain(5);
    await tamper(statement, tenantId);
    expect(await verify(tenantId)).toMatchObject({ ok: false, firstBadSequence });
  });

  it('finds entries that were exchanged, and one that was moved to another tenant', async () => {
    const [tenantId, other] = [await chain(5), await chain(2)];
    await db.query('update audit.entries set seq = case seq when 2 then 40 else 20 end where tenant_id = $1 and seq in (2, 4)', [tenantId]);
    await db.query('update audit.entries set seq = seq / 10 where tenant_id = $1 and seq in (20, 40)', [tenantId]);
    expect(await verify(tenantId)).toMatchObject({ ok: false, firstBadSequence: 2 });
    const third = await chain(3);
    await db.query('update audit.entries set tenant_id = $2 where tenant_id = $1 and seq = 3', [third, other]);
    expect(await verify(third)).toMatchObject({ ok: false, firstBadSequence: 3 });
    expect(await verify(other)).toMatchObject({ ok: false, firstBadSequence: 3 });
  });

  it('looks at no other tenant’s chain', async () => {
    const [mine, theirs] = [await chain(2), await chain(2)];
    await tamper('delete from audit.entries where tenant_id = $1 and seq = 1', theirs);
    expect(await verify(mine)).toMatchObject({ ok: true, entries: 2 });
  });
});
