import { requestedTopic, ToolExecutionRequested, type ToolExecutionDecided, type ToolRegistryChanged } from '@toolplane/contracts/events';
import type { Received } from '@toolplane/contracts/envelope';
import { DependencyDown } from '@toolplane/contracts/errors';
import { newId } from '@toolplane/contracts/ids';
import { golden } from '@toolplane/contracts/testing';
import { createLogger } from '@toolplane/observability';
import { Positions, type Database, type Tx } from '@toolplane/persistence';
import { testDatabase, type TestDatabase } from '@toolplane/persistence/testing';
import { Cases } from '../decide/cases.js';
import { Decider } from '../decide/decider.js';
import { Ingresses } from '../decide/ingresses.js';
import { ControlProjection } from '../projection/control-projection.js';
import { RegistryProjection } from '../projection/registry-projection.js';
import { Sealer } from '../seal/sealer.js';
import { agentChanged, assignmentChanged, tenantChanged, toolChanged } from '../testing/sample.js';
import { validationMigrations } from '../validation.migrations.js';
import { DefinitionChanges } from './definition-changes.js';
import { Ledger } from './ledger.js';

type Requested = Received<ToolExecutionRequested>;
const DANGEROUS_ID = '0193e3b1-7c40-7a52-9a51-0d6f2c1b8e30';
const logger = createLogger({ service: 'validation', level: 'silent' });

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase({ service: 'validation', migrations: validationMigrations });
});
afterAll(() => db.close());

/** An instance of validation as far as deciding goes: its own definitions, the common database. */
function instance(database: Database = db.database) {
  const registry = new RegistryProjection();
  const changes = new DefinitionChanges();
  const apply = (...events: readonly ToolRegistryChanged[]): void => {
    for (const { tenantid, data } of events) registry.apply(tenantid, data);
  };
  apply(tenantChanged('demo'), ...toolChanged(), ...toolChanged({ id: DANGEROUS_ID, name: 'delete_everything', isDangerous: true }), agentChanged());
  const decider = new Decider(new Cases(registry, new ControlProjection()), new Ingresses({ trust: 'open', policy: {} }), 'k'.repeat(32), logger);
  const ledger = new Ledger(database, new Positions(database), { clusterId: 'test' } as never, decider, changes, registry);
  const sealer = new Sealer(null, 'k'.repeat(32));
  const decide = async (...events: readonly Requested[]): Promise<readonly ToolExecutionDecided[]> => {
    const requests = events.map((event) => {
      const read = decider.read(event);
      if (typeof read === 'string') throw new Error(read);
      return read;
    });
    return ledger.decide(await sealer.seal(requests));
  };
  return { apply, decide, changes };
}

let offset = 0n;
function requested(data: { readonly [Name in keyof Requested['data']]?: Requested['data'][Name] | undefined } = {}, envelope: Partial<Requested> = {}): Requested {
  const record = { topic: requestedTopic(), partition: 0, offset: offset++, appendedAt: 1_700_000_000_000 };
  const all = { tool: 'echo', payload: { text: 'hi' }, agent: 'analysis', sessionId: 's', ...data } as Requested['data'];
  return { ...golden(ToolExecutionRequested), id: newId(), record, data: all, ...envelope };
}
const codes = (events: readonly ToolExecutionDecided[]) => events.map(({ data }) => data.error?.code ?? data.outcome);
const usedIn = async (session: string) =>
  (await db.query<{ used: number }>('select used from validation.counters where session_id = $1', [session]))[0]?.used;

/** A database that counts what it is asked, and can be away. */
function watched(): { readonly database: Database; readonly statements: string[]; down: boolean } {
  const seen = { statements: [] as string[], down: false };
  const database = Object.create(db.database, {
    asWorker: {
      value: (work: (tx: Tx) => Promise<unknown>) =>
        seen.down
          ? Promise.reject(new DependencyDown('postgres', new Error('away')))
          : db.database.asWorker((tx) => work({ query: (sql, values) => (seen.statements.push(sql), tx.query(sql, values)), manager: tx.manager, afterCommit: (run) => tx.afterCommit(run) })),
    },
  }) as Database;
  return Object.assign(seen, { database });
}

describe('a limit', () => {
  it('takes exactly as many as it says, in the order of the batch', async () => {
    const { apply, decide } = instance();
    apply(assignmentChanged({ usageLimit: 2 }));
    const session = { sessionId: 'order' };
    expect(codes(await decide(requested(session), requested({ ...session, payload: {} }), requested(session), requested(session)))).toEqual([
      'allowed', 'REQUEST_INPUT_INVALID', 'allowed', 'USAGE_LIMIT_REACHED',
    ]);
    expect(await usedIn('order')).toBe(2);
    expect(codes(await decide(requested({ sessionId: 'another' })))).toEqual(['allowed']);
  });

  it('is exact for a thousand requests at once, over instances, redelivery and instances that die before they publish', async () => {
    const instances = [instance(), instance(), instance()];
    for (const { apply } of instances) apply(assignmentChanged({ usageLimit: 10 }));
    const requests = Array.from({ length: 1_000 }, () => requested({ sessionId: 'thousand' }));
    const batches = Array.from({ length: 40 }, (_, i) => requests.slice(i * 25, i * 25 + 25));
    const published = new Map<string, string>();
    await Promise.all(batches.map(async (batch, i) => {
      // Every third batch is decided by an instance that dies before it tells anybody; another one is given it again, and then a third.
      const takers = i % 3 === 0 ? [i, i + 1, i + 2] : [i];
      for (const [turn, taker] of takers.entries()) {
        const decided = (await instances[taker % 3]?.decide(...batch)) ?? [];
        if (turn === 0 && takers.length > 1) continue;
        for (const event of decided) {
          const text = JSON.stringify(event);
          expect(published.get(event.id) ?? text).toBe(text);
          published.set(event.id, text);
        }
      }
    }));
    expect(published.size).toBe(1_000);
    expect([...published.values()].filter((text) => text.includes('"outcome":"allowed"'))).toHaveLength(10);
    expect(await usedIn('thousand')).toBe(10);
  });

  it('counts what waits for an approval, and not what is refused', async () => {
    const { apply, decide } = instance();
    apply(assignmentChanged({ usageLimit: 1 }, { toolId: DANGEROUS_ID }));
    const call = { tool: 'delete_everything', sessionId: 'approvals' };
    expect(codes(await decide(requested(call), requested(call)))).toEqual(['approval_required', 'USAGE_LIMIT_REACHED']);
    expect(await db.query(`select from validation.approvals a join validation.decisions d using (tenant_id, execution_id)
      where d.event -> 'data' ->> 'sessionId' = 'approvals'`)).toHaveLength(1);
  });

  it('counts by agent, tool and session of one tenant', async () => {
    const { apply, decide } = instance();
    apply(tenantChanged('acme'), ...toolChanged({ tenantId: 'acme', id: newId() }), agentChanged({ tenantId: 'acme', id: newId() }), assignmentChanged({ usageLimit: 1 }));
    const session = { sessionId: 'tenants' };
    expect(codes(await decide(requested(session), requested(session, { tenantid: 'acme' }), requested(session)))).toEqual(['allowed', 'TOOL_NOT_ASSIGNED', 'USAGE_LIMIT_REACHED']);
  });
});

describe('the first decision', () => {
  it('stands, to the byte, whatever was changed since', async () => {
    const { apply, decide, changes } = instance();
    apply(assignmentChanged({ usageLimit: 1 }));
    const [limited, over, dangerous] = [requested({ sessionId: 'stands' }), requested({ sessionId: 'stands' }), requested({ tool: 'delete_everything', agent: undefined, payload: { text: 'a\u0000b' } })];
    const first = await decide(limited, over, dangerous);
    expect(codes(first)).toEqual(['allowed', 'USAGE_LIMIT_REACHED', 'approval_required']);
    const again = async (): Promise<void> => expect((await decide(limited, over, dangerous)).map((each) => JSON.stringify(each))).toEqual(first.map((each) => JSON.stringify(each)));

    await again();
    apply(assignmentChanged({ usageLimit: 5 }), ...toolChanged({ enabled: false }));
    await again();
    // Nothing limits it now and nothing needs an approval: that something did is known from the time of the change alone.
    apply(assignmentChanged({ usageLimit: -1 }), ...toolChanged({ id: DANGEROUS_ID, name: 'delete_everything', isDangerous: false }));
    changes.note(limited.record.appendedAt + 1);
    await again();
    apply(...toolChanged({ deleted: true }), ...toolChanged({ id: DANGEROUS_ID, name: 'delete_everything', deleted: true }));
    await again();
    expect(await usedIn('stands')).toBe(1);
  });

  it('is published before that of another request under the same id, which is a conflict', async () => {
    const { decide } = instance();
    const executionId = newId();
    const call = { tool: 'delete_everything', agent: undefined, executionId };
    const [one, other] = [requested(call), requested({ ...call, payload: { text: 'other' } })];
    const decided = await decide(one, other);
    expect(decided.map(({ data }) => [data.input, data.error?.code ?? data.outcome])).toEqual([
      [{ text: 'hi' }, 'approval_required'], [{ text: 'hi' }, 'approval_required'], [{ text: 'other' }, 'EXECUTION_ID_CONFLICT'],
    ]);
    expect(decided[1]).toEqual(decided[0]);
    expect(await db.query('select from validation.approvals where execution_id = $1', [executionId])).toHaveLength(1);
  });
});

describe('an approval that is asked for', () => {
  const asked = async (decide: ReturnType<typeof instance>['decide'], data: Parameters<typeof requested>[0]) => {
    const [decided] = await decide(requested(data));
    const [row] = await db.query<{ required: number; ms: number }>(
      `select required, extract(epoch from expires_at - created_at) * 1000 as ms from validation.approvals where execution_id = $1`, [decided?.data.executionId]);
    return { outcome: decided?.data.outcome, ...row };
  };

  it('has the terms of the assignment before those of the tool', async () => {
    const { apply, decide } = instance();
    apply(assignmentChanged({ approval: { required: 3, expiresAfterMs: 60_000 } }, { toolId: DANGEROUS_ID }));
    const { outcome, required, ms } = await asked(decide, { tool: 'delete_everything' });
    expect([outcome, required, Math.round(Number(ms) / 1_000)]).toEqual(['approval_required', 3, 60]);
    expect(await asked(decide, { tool: 'delete_everything', agent: undefined })).toMatchObject({ outcome: 'approval_required', required: 1 });
  });

  it('is asked for, or not, as the assignment says', async () => {
    const { apply, decide } = instance();
    apply(assignmentChanged({ requiresApproval: true }), assignmentChanged({ requiresApproval: false }, { toolId: DANGEROUS_ID }));
    expect(await asked(decide, {})).toMatchObject({ outcome: 'approval_required', required: 1 });
    expect(await asked(decide, { tool: 'delete_everything' })).toEqual({ outcome: 'allowed' });
  });
});

describe('a batch', () => {
  it('without limits and approvals asks no database anything, and is decided while it is away', async () => {
    const seen = watched();
    const { decide } = instance(seen.database);
    seen.down = true;
    const decided = await decide(...Array.from({ length: 50 }, () => requested({ agent: undefined })));
    expect(new Set(codes(decided))).toEqual(new Set(['allowed']));
    expect(seen.statements).toEqual([]);
  });

  it('of five hundred takes three statements', async () => {
    const seen = watched();
    const { apply, decide } = instance(seen.database);
    apply(assignmentChanged({ usageLimit: 100 }));
    const batch = Array.from({ length: 500 }, (_, i) =>
      i % 3 === 0 ? requested({ tool: 'delete_everything', agent: undefined }) : requested({ sessionId: `many-${i % 20}`, ...(i % 3 === 1 && { agent: undefined }) }));
    const decided = await decide(...batch);
    expect(decided).toHaveLength(500);
    expect(seen.statements).toHaveLength(3);
    seen.statements.length = 0;
    expect((await decide(...batch)).map((each) => JSON.stringify(each))).toEqual(decided.map((each) => JSON.stringify(each)));
    expect(seen.statements).toHaveLength(1);
  });

  it('that needs the database waits for it: nothing is decided without', async () => {
    const seen = watched();
    const { decide } = instance(seen.database);
    seen.down = true;
    await expect(decide(requested({ tool: 'delete_everything', agent: undefined }))).rejects.toBeInstanceOf(DependencyDown);
  });

  it('stores how far it has come', async () => {
    const { decide } = instance();
    const event = requested({ tool: 'delete_everything', agent: undefined });
    await decide(event);
    const [position] = await db.query<{ next: number }>('select next_offset as next from validation.positions where topic = $1', [requestedTopic()]);
    expect(BigInt(position?.next ?? 0)).toBe(event.record.offset + 1n);
  });

  it('finds counters and decisions by their keys', async () => {
    await db.query(`insert into validation.counters (tenant_id, agent, tool_id, session_id) select 'demo', 'a', gen_random_uuid(), i::text from generate_series(1, 5000) i`);
    await db.query(`insert into validation.decisions (tenant_id, execution_id, event) select 'demo', gen_random_uuid(), '{}' from generate_series(1, 5000) i`);
    await db.query('analyze validation.counters, validation.decisions');
    const seen = watched();
    const { apply, decide, changes } = instance(seen.database);
    apply(assignmentChanged({ usageLimit: 100 }));
    changes.note(1_700_000_000_000);
    await decide(requested({ sessionId: 'plan' }), requested({ agent: undefined }));
    for (const sql of seen.statements.slice(0, 2)) {
      const plan = await db.database.asWorker((tx) => tx.query<{ 'QUERY PLAN': string }>(`explain (generic_plan) ${sql}`));
      expect(plan.map((line) => line['QUERY PLAN']).join('\n')).not.toMatch(/Seq Scan on (counters|decisions)/);
    }
  });
});
