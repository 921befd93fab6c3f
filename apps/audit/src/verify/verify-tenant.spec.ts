import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testDatabase, type TestDatabase } from '@toolplane/persistence/testing';
import { GENESIS, linkEntry } from '@toolplane/security/chain';
import { auditMigrations } from '../audit.migrations.js';
import { entryOf, SELECTED, type SelectedRow } from '../chain/entry-row.js';
import { CheckpointFiles } from '../checkpoints/checkpoint-files.js';
import { Checkpoints } from '../checkpoints/checkpoints.js';
import { chainsOf, checkpointDir, checkpointKey } from '../testing/chains.js';
import { verifyTenant } from './verify-tenant.js';

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase({ service: 'audit', migrations: auditMigrations });
});
afterAll(() => db.close());

const { chain, grow } = chainsOf(() => db);
const verify = (tenantId: string) => verifyTenant(db.database, tenantId);
const tamper = (sql: string, tenantId: string) => db.query(sql, [tenantId]);

describe('verifying a chain', () => {
  it('finds nothing wrong with one that nobody touched, short, long or not begun', async () => {
    expect(await verify('nobody')).toMatchObject({ ok: true, entries: 0, firstBadSequence: null, reason: null, checkpoint: { seq: 0, hash: '0'.repeat(64) } });
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

/** What somebody with every right on the database would do to be found by nothing in it: entries, hashes and head fit again. */
async function makeAnew(tenantId: string, from: number, change: string): Promise<void> {
  await db.query(`update audit.entries set ${change} where tenant_id = $1 and seq = $2`, [tenantId, from]);
  const rows = await db.query<SelectedRow>(`select ${SELECTED} from audit.entries e where tenant_id = $1 and seq >= $2 - 1 order by seq`, [tenantId, from]);
  let before = from === 1 ? GENESIS : { seq: from - 1, hash: rows.shift()?.hash ?? '' };
  for (const row of rows) {
    const { hash: _hash, ...entry } = entryOf(row);
    const linked = linkEntry({ ...entry, prevHash: before.hash });
    await db.query('update audit.entries set prev_hash = $3, hash = $4 where tenant_id = $1 and seq = $2', [tenantId, row.seq, before.hash, linked.hash]);
    before = { seq: row.seq, hash: linked.hash };
  }
  await db.query('update audit.heads set hash = $2, seq = $3 where tenant_id = $1', [tenantId, before.hash, before.seq]);
}

describe('verifying a chain that was noted outside the database', () => {
  let files: CheckpointFiles;
  let checkpoints: Checkpoints;
  beforeAll(async () => {
    files = new CheckpointFiles(await checkpointDir(), checkpointKey());
    checkpoints = new Checkpoints(db.database, files);
  });
  const compared = async (tenantId: string) => {
    const { checkpoints: noted, refused } = await files.read(tenantId);
    return verifyTenant(db.database, tenantId, { outside: { checkpoints: noted, refused, isSigned: (statement) => files.isSigned(statement) } });
  };
  /** Noted at 3 and at 6, eight long. */
  const noted = async (): Promise<string> => {
    const tenantId = await chain(3);
    await checkpoints.run();
    await grow(tenantId, 3);
    await checkpoints.run();
    await grow(tenantId, 2);
    return tenantId;
  };

  it('says how far it was compared, and what it cannot see behind that', async () => {
    const tenantId = await noted();
    const report = await compared(tenantId);
    expect(report).toMatchObject({ ok: true, entries: 8, comparedWith: { checkpoints: 2, latest: { seq: 6, keyId: files.signer.keyId }, refused: 0 } });
    expect(report.cannotSee[0]).toContain('Entries 7 to 8');
    await checkpoints.run();
    expect((await compared(tenantId)).cannotSee).toHaveLength(1);
  });

  it.each([[1, 3], [3, 3], [4, 6], [6, 6]])('finds that everything from %i on was made anew, where it was noted next: at %i', async (from, at) => {
    const tenantId = await noted();
    await makeAnew(tenantId, from, `code = 'FORGED'`);
    expect(await verify(tenantId)).toMatchObject({ ok: true });
    const report = await compared(tenantId);
    expect(report).toMatchObject({ ok: false, firstBadSequence: at });
    expect(report.reason).toContain(`between ${at === 3 ? 1 : 4} and ${at}`);
  });

  it('finds a tail that was cut off together with the head', async () => {
    const tenantId = await noted();
    await db.query('delete from audit.entries where tenant_id = $1 and seq > 4', [tenantId]);
    await db.query('update audit.heads h set seq = 4, hash = e.hash from audit.entries e where (e.tenant_id, e.seq) = (h.tenant_id, 4) and h.tenant_id = $1', [tenantId]);
    expect(await verify(tenantId)).toMatchObject({ ok: true, entries: 4 });
    expect(await compared(tenantId)).toMatchObject({ ok: false, firstBadSequence: 5 });
    await db.query('delete from audit.entries where tenant_id = $1', [tenantId]);
    await db.query('delete from audit.heads where tenant_id = $1', [tenantId]);
    expect(await compared(tenantId)).toMatchObject({ ok: false, firstBadSequence: 1 });
  });

  it('does not find what was made anew behind the last checkpoint, and says so', async () => {
    const tenantId = await noted();
    await makeAnew(tenantId, 8, `code = 'FORGED'`);
    const report = await compared(tenantId);
    expect(report).toMatchObject({ ok: true });
    expect(report.cannotSee.join()).toContain('Entries 7 to 8 lie behind the last checkpoint');
  });
});

describe('any column of any row', () => {
  const TAMPERINGS = 100;
  const SEED = randomInt(2 ** 31);

  it(`is found when it is changed, ${TAMPERINGS} times, and the entry is named; put back, the chain is good (seed ${SEED})`, async () => {
    const LENGTH = 12;
    const tenantId = await chain(LENGTH);
    const columns = await db.query<{ name: string; type: string }>(
      `select attname as name, format_type(atttypid, null) as type from pg_attribute
        where attrelid = 'audit.entries'::regclass and attnum > 0 and attname not in ('tenant_id', 'month') order by attnum`,
    );
    const VALUES: Readonly<Record<string, string>> = {
      bigint: 'seq + 100', uuid: 'gen_random_uuid()', json: `(details::jsonb || '{"attempts": 99}')::json`, text: `coalesce(COLUMN, '') || '.'`,
      'timestamp with time zone': `at - interval '1 ms'`,
    };
    const random = randomOf(SEED);
    await db.query('create table kept as select * from audit.entries where false');
    for (let turn = 0; turn < TAMPERINGS; turn++) {
      const seq = 1 + random(LENGTH);
      // A half of a pair that has no type says nothing and shows nothing: the other half is set with it.
      const { name, type } = columns[random(columns.length)] as { name: string; type: string };
      const pair = name === 'actor_id' || name === 'actor_type' ? `, actor_type = 'user', actor_id = 'x.${turn}'` : '';
      const change = pair === '' ? `${name} = ${(VALUES[type] ?? '').replace('COLUMN', name)}` : pair.slice(2);
      await db.query('delete from kept');
      await db.query('insert into kept select * from audit.entries where tenant_id = $1 and seq = $2', [tenantId, seq]);
      await db.query(`update audit.entries set ${change} where tenant_id = $1 and seq = $2`, [tenantId, seq]);
      expect({ change, seq, ...(await verify(tenantId)) }).toMatchObject({ change, seq, ok: false, firstBadSequence: seq });
      await db.query('delete from audit.entries where tenant_id = $1 and seq = any($2::bigint[])', [tenantId, [seq, seq + 100]]);
      await db.query('insert into audit.entries select * from kept');
      if (turn % 10 === 9) expect(await verify(tenantId)).toMatchObject({ ok: true, entries: LENGTH });
    }
  });
});

/** A small generator: the same numbers for the same seed. */
const randomOf = (seed: number): ((below: number) => number) => {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
};
