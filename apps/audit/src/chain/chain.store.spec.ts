import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ToolExecutionCompleted, ToolExecutionDecided } from '@toolplane/contracts/events';
import { testDatabase, type TestDatabase } from '@toolplane/persistence/testing';
import { digest, verifyChain } from '@toolplane/security/chain';
import fc from 'fast-check';
import { auditMigrations } from '../audit.migrations.js';
import { contentOfOutcome } from '../record/content-of-outcome.js';
import { another, received } from '../testing/events.js';
import { verifyTenant } from '../verify/verify-tenant.js';
import { appendToChains } from './chain.store.js';
import { draftOf, type Draft } from './draft.js';
import { entryContent } from './entry.js';
import { entryOf, SELECTED, type SelectedRow } from './entry-row.js';

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase({ service: 'audit', migrations: auditMigrations });
});
afterAll(() => db.close());

let tenants = 0;
const tenant = (): string => `tenant-${tenants++}`;
const draft = (tenantid: string, sessionId = 's'): Draft => {
  const event = received(another(ToolExecutionCompleted, { tenantid, sessionId }));
  return draftOf(event, contentOfOutcome(event));
};
const append = (drafts: readonly Draft[]) => db.database.asWorker((tx) => appendToChains(tx, drafts));
const chainOf = async (tenantId: string) =>
  (await db.query<SelectedRow>(`select ${SELECTED} from audit.entries e where tenant_id = $1 order by seq`, [tenantId])).map(entryOf);

describe('appendToChains', () => {
  it('links the drafts of each tenant in their order, and answers for every one', async () => {
    const [a, b] = [tenant(), tenant()];
    const drafts = [draft(b), draft(a), draft(b), draft(a)];
    const recorded = await append(drafts);
    expect(recorded.map(({ draft: { tenantId }, entry: { seq } }) => `${tenantId} ${seq}`)).toEqual([`${b} 1`, `${a} 1`, `${b} 2`, `${a} 2`]);
    expect(recorded.map((one) => one.draft)).toEqual(drafts);
    expect(await chainOf(a)).toEqual([recorded[1]?.entry, recorded[3]?.entry]);
  });

  it('gives a repeated event the entry it has, within a batch and over batches, however they are shuffled', async () => {
    const tenantId = tenant();
    const drafts = Array.from({ length: 20 }, () => draft(tenantId));
    const pieces = fc.sample(fc.shuffledSubarray([...drafts, ...drafts, ...drafts], { minLength: 60 }), { numRuns: 3, seed: 1 });
    for (const piece of pieces) {
      const recorded = await append(piece);
      expect(recorded.map((one) => one.draft)).toEqual(piece);
    }
    const chain = await chainOf(tenantId);
    expect(chain).toHaveLength(20);
    expect(verifyChain(chain)).toMatchObject({ ok: true });
    const seqOf = new Map((await append(drafts)).map(({ draft: { eventId }, entry }) => [eventId, entry]));
    expect(new Set([...seqOf.values()].map(({ seq }) => seq)).size).toBe(20);
  });

  it('has one writer per tenant: batches at the same time, with events in common, make one chain', async () => {
    const [a, b] = [tenant(), tenant()];
    const shared = [draft(a), draft(b)];
    const batches = Array.from({ length: 12 }, (_, index) => {
      const own = Array.from({ length: 10 }, (__, n) => draft(n % 2 ? a : b));
      return index % 2 ? [...shared, ...own] : [...own, ...[...shared].reverse()];
    });
    await Promise.all(batches.map(append));
    for (const tenantId of [a, b]) {
      const report = await verifyTenant(db.database, tenantId);
      expect(report).toMatchObject({ ok: true, entries: 61 });
      expect((await chainOf(tenantId)).map(({ seq }) => seq)).toEqual(Array.from({ length: 61 }, (_, n) => n + 1));
    }
  });

  it('keeps nothing of a batch that fails', async () => {
    const tenantId = tenant();
    await append([draft(tenantId)]);
    const bad = { ...draft(tenantId), eventId: 'no uuid' };
    await expect(append([draft(tenantId), bad])).rejects.toThrow(/uuid/);
    expect(await chainOf(tenantId)).toHaveLength(1);
    expect(await verifyTenant(db.database, tenantId)).toMatchObject({ ok: true, entries: 1 });
  });

  it('reads every entry back as it was hashed, whatever is in it', async () => {
    const tenantId = tenant();
    const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 20 }), fc.constantFrom('\0', 'a\ud800', '\udc00b', '\\u0000'));
    const maybe = fc.option(text);
    const json = fc.option(fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.dictionary(text, text, { maxKeys: 4 })));
    const content = fc.record({
      sessionId: maybe, agent: maybe, code: maybe, toolName: maybe, correlationId: maybe, input: json, output: json,
      durationMs: fc.option(fc.maxSafeNat()), requestedBy: fc.option(fc.record({ type: fc.constant('user' as const), id: text })),
      rules: fc.array(fc.record({ rule: text, verdict: fc.constant('fail' as const), reason: text }), { maxLength: 2 }),
      approval: fc.option(fc.record({ id: text, decision: text, by: maybe, comment: maybe })),
      at: fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }).map((date) => date.toISOString()),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(content, { minLength: 1, maxLength: 10 }), async (contents) => {
        const drafts = contents.map((one) => draftOf({ ...another(ToolExecutionDecided), tenantid: tenantId }, entryContent({ kind: 'outcome', ...one })));
        const recorded = await append(drafts);
        const rows = new Map((await chainOf(tenantId)).map((entry) => [entry.seq, entry]));
        for (const { entry } of recorded) {
          const { hash, ...rest } = rows.get(entry.seq) ?? entry;
          expect(digest(rest)).toBe(hash);
          expect(JSON.parse(JSON.stringify(rows.get(entry.seq)))).toEqual(JSON.parse(JSON.stringify(entry)));
        }
      }),
      { numRuns: 40 },
    );
    expect(await verifyTenant(db.database, tenantId)).toMatchObject({ ok: true });
  });
});
