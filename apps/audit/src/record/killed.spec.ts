import { randomInt } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { CloudEvent } from '@toolplane/contracts/envelope';
import { ToolAuditRecorded, ToolExecutionCompleted, ToolExecutionDecided, ToolExecutionFailed } from '@toolplane/contracts/events';
import { newId } from '@toolplane/contracts/ids';
import { testService } from '@toolplane/service-kit/testing';
import { auditConfig } from '../audit.config.js';
import { auditMigrations } from '../audit.migrations.js';
import { AuditModule } from '../audit.module.js';
import { another } from '../testing/events.js';
import { verifyTenant } from '../verify/verify-tenant.js';
import { OnToolExecutionCompleted } from './on-tool-execution-completed.js';
import { OnToolExecutionDecided } from './on-tool-execution-decided.js';
import { OnToolExecutionFailed } from './on-tool-execution-failed.js';

const KILLS = 100;
const SEED = randomInt(2 ** 31);
const TENANTS = ['killed-a', 'killed-b', 'killed-c'];

/** Where in a batch the connection dies: with it the process might as well. The last one is between commit and publish. */
const POINTS = ['heads', 'recorded_events', 'entries', 'positions', 'commit', 'publish'] as const;

/** The backend ends itself there, once it is told to, as if the machine had gone. */
const TRIGGERS = `
  create table public.plan (point text);
  grant select on public.plan to audit_worker;
  create function public.die() returns trigger language plpgsql as $$
  begin
    if tg_argv[0] = (select point from public.plan) then perform pg_terminate_backend(pg_backend_pid()); end if;
    return null;
  end $$;
  create trigger die after update on audit.heads for each row execute function public.die('heads');
  create trigger die after insert on audit.recorded_events for each row when (new.seq % 3 = 0) execute function public.die('recorded_events');
  create trigger die after insert on audit.entries for each row when (new.seq % 4 = 0) execute function public.die('entries');
  create trigger die after insert or update on audit.positions for each row execute function public.die('positions');
  create constraint trigger die_late after insert on audit.recorded_events deferrable initially deferred
    for each row execute function public.die('commit')`;

describe('an audit that is killed in the middle of a batch', () => {
  const service = testService(AuditModule, { definition: auditConfig, database: { service: 'audit', migrations: auditMigrations } });
  beforeAll(() => service.database.query(TRIGGERS));

  /** As a consumer does: what was not handled comes again, and sometimes what was. */
  const deliver = async (handler: Parameters<typeof service.deliver>[0], events: readonly CloudEvent[], point: (typeof POINTS)[number]): Promise<boolean> => {
    if (point === 'publish') service.publisher.fail(new Error('killed before it was published'));
    else await service.database.query('insert into public.plan values ($1)', [point]);
    const killed = await service.deliver(handler, events).then(() => false, () => true);
    await service.database.query('truncate public.plan');
    await service.deliver(handler, events);
    return killed;
  };

  it(`${KILLS} times goes on with a chain that is whole: one decision and one outcome of every execution (seed ${SEED})`, async () => {
    const executions = new Map<string, string>();
    let state = SEED;
    const random = (below: number): number => ((state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0), Math.floor((state / 2 ** 32) * below));
    let kills = 0;
    for (let turn = 0; kills < KILLS; turn++) {
      expect(turn).toBeLessThan(2 * KILLS);
      const ids = Array.from({ length: 4 + random(5) }, () => newId());
      for (const id of ids) executions.set(id, TENANTS[random(TENANTS.length)] ?? '');
      const of = (executionId: string) => ({ executionId, tenantid: executions.get(executionId) ?? '' });
      const point = POINTS[turn % POINTS.length] ?? 'commit';
      const [decided, ended] = [ids.map((id) => another(ToolExecutionDecided, of(id))), ids.map((id) => another(ToolExecutionCompleted, of(id)))];
      if (await deliver(OnToolExecutionDecided, decided, point)) kills++;
      const failed = random(2) === 0;
      const outcomes = failed ? ids.map((id, n) => ({ ...another(ToolExecutionFailed, of(id)), id: ended[n]?.id ?? '' })) : ended;
      if (await deliver(failed ? OnToolExecutionFailed : OnToolExecutionCompleted, outcomes, POINTS[random(POINTS.length)] ?? 'commit')) kills++;
    }

    const rows = await service.database.query<{ tenant: string; id: string; kinds: string }>(
      `select tenant_id as tenant, execution_id::text as id, string_agg(kind, ' ' order by kind) as kinds from audit.entries group by 1, 2`,
    );
    expect(rows.every(({ kinds }) => kinds === 'decision outcome')).toBe(true);
    expect(new Map(rows.map(({ id, tenant }) => [id, tenant]))).toEqual(executions);
    for (const tenantId of TENANTS) {
      const expected = 2 * [...executions.values()].filter((one) => one === tenantId).length;
      expect(await verifyTenant(service.database.database, tenantId)).toMatchObject({ ok: true, entries: expected });
      const published = service.published(ToolAuditRecorded).filter(({ tenantid }) => tenantid === tenantId);
      expect(new Set(published.map(({ data }) => data.hash)).size).toBe(expected);
      expect(new Set(published.map(({ id }) => id)).size).toBe(expected);
    }
  });
});
