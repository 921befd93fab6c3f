import { beforeAll, describe, expect, it } from '@jest/globals';
import { ToolControlChanged, ToolExecutionCompleted, ToolExecutionDecided, ToolExecutionFailed } from '@toolplane/contracts/events';
import { wireError } from '@toolplane/contracts/errors';
import { newId } from '@toolplane/contracts/ids';
import { digest } from '@toolplane/security/chain';
import type { Page } from '@toolplane/service-kit';
import { testService } from '@toolplane/service-kit/testing';
import { auditConfig } from '../audit.config.js';
import { auditMigrations } from '../audit.migrations.js';
import { AuditModule } from '../audit.module.js';
import type { Entry } from '../chain/entry.js';
import { OnToolControlChanged } from '../record/on-tool-control-changed.js';
import { OnToolExecutionCompleted } from '../record/on-tool-execution-completed.js';
import { OnToolExecutionDecided } from '../record/on-tool-execution-decided.js';
import { OnToolExecutionFailed } from '../record/on-tool-execution-failed.js';
import { another } from '../testing/events.js';

const service = testService(AuditModule, { definition: auditConfig, database: { service: 'audit', migrations: auditMigrations } });
const executionId = newId();
const toolId = newId();
const at = (minute: number): string => `2026-11-20T10:${String(minute).padStart(2, '0')}:00.000Z`;
const failed = (code: Parameters<typeof wireError>[0]) => ({ error: { ...wireError(code), errors: [] } });

beforeAll(async () => {
  await service.deliver(OnToolExecutionDecided, [another(ToolExecutionDecided, { time: at(0), executionId })]);
  await service.deliver(OnToolExecutionFailed, [
    another(ToolExecutionFailed, { time: at(3), ...failed('EGRESS_DENIED'), sessionId: 's2', toolName: 'web_search', toolId, agent: 'analysis' }),
    another(ToolExecutionFailed, { time: at(4), ...failed('KILL_SWITCH'), exceptionId: 'EX-1', correlationId: 'corr-1' }),
  ]);
  // Later in the chain, earlier in time.
  await service.deliver(OnToolExecutionCompleted, [
    another(ToolExecutionCompleted, { time: at(1), executionId, sessionId: 's1', agent: 'brainstorm', requestedBy: { type: 'user', id: 'ann' }, actor: null }),
    another(ToolExecutionCompleted, { time: at(2), sessionId: 's1', requestedBy: { type: 'service', id: 'orders' }, actor: { type: 'user', id: 'ann' } }),
  ]);
  await service.deliver(OnToolControlChanged, [another(ToolControlChanged, { time: at(5) })]);
  await service.deliver(OnToolExecutionCompleted, [another(ToolExecutionCompleted, { tenantid: 'other', time: at(1), executionId, sessionId: 's1' })]);
});

const list = async (path: string, tenantId = 'demo') => {
  const { status, body } = await service.http<Page<Entry>>({ method: 'GET', url: `/api/audit/${path}`, as: { tenantId } });
  expect(status).toBe(200);
  return body;
};
const minutes = async (path: string): Promise<number[]> => (await list(path)).items.map((entry) => Number(entry.at.slice(14, 16)));

describe('the lists of the audit', () => {
  it('hold every entry, or the outcomes alone, newest first', async () => {
    expect(await minutes('events')).toEqual([5, 4, 3, 2, 1, 0]);
    expect(await minutes('tool-usage')).toEqual([4, 3, 2, 1]);
    expect(await minutes('tool-usage?kind=decision')).toEqual([]);
    expect(await minutes('tool-usage?kind=decision&kind=outcome')).toEqual([4, 3, 2, 1]);
  });

  it.each([
    ['sessionId=s1', [2, 1]],
    ['sessionId=s1&sessionId=s2', [3, 2, 1]],
    ['sessionId=s1&agent=brainstorm', [1]],
    ['agent=analysis&agent=brainstorm', [3, 1]],
    ['tool=web_search', [3]],
    ['tool=echo&kind=outcome', [4, 2, 1]],
    [`tool=${toolId}`, [3]],
    [`tool=${toolId}&tool=echo&kind=outcome`, [4, 3, 2, 1]],
    ['status=denied', [3]],
    ['status=denied&status=blocked', [4, 3]],
    ['status=success', [2, 1]],
    ['kind=kill_switch', [5]],
    ['kind=kill_switch&kind=decision', [5, 0]],
    ['code=EGRESS_DENIED', [3]],
    ['userId=ann', [2, 1]],
    ['userId=nobody', []],
    ['exceptionId=EX-1', [4]],
    ['correlationId=corr-1', [4]],
    [`executionId=${executionId}`, [1, 0]],
    [`executionId=${executionId.toUpperCase()}`, [1, 0]],
    ['from=2026-11-20T10:02:00Z', [5, 4, 3, 2]],
    ['from=2026-11-20T10:02:00Z&to=2026-11-20T10:04:00Z', [3, 2]],
    ['to=2026-11-20T12:02:00%2B02:00', [1, 0]],
  ])('narrow to %s', async (filter, expected) => {
    expect(await minutes(`events?${filter}`)).toEqual(expected);
  });

  it('go on where a page ended, also while entries are added, and end', async () => {
    const times = [30, 10, 20, 10, 10, 40];
    await service.deliver(OnToolExecutionCompleted, times.map((minute) => another(ToolExecutionCompleted, { tenantid: 'paged', time: at(minute) })));
    const seen: number[] = [];
    let next: string | null = '';
    for (let page = 0; next !== null; page++) {
      if (page === 1) await service.deliver(OnToolExecutionCompleted, [another(ToolExecutionCompleted, { tenantid: 'paged', time: at(59) })]);
      const body: Page<Entry> = await list(`events?limit=2${next === '' ? '' : `&cursor=${next}`}`, 'paged');
      seen.push(...body.items.map(({ seq }) => seq));
      next = body.next;
      expect(page).toBeLessThan(4);
    }
    expect(seen).toEqual([6, 1, 3, 5, 4, 2]);
  });

  it('show entries as they were hashed', async () => {
    const { items } = await list('events');
    for (const { hash, ...entry } of items) expect(digest(entry)).toBe(hash);
  });

  it('show a tenant nothing of another one, whatever it asks for', async () => {
    const theirs = (await list('events', 'other')).items;
    expect(theirs).toHaveLength(1);
    expect((await list(`events?executionId=${executionId}`, 'other')).items).toEqual(theirs);
    expect((await list('events', 'third')).items).toEqual([]);
    expect((await list('events?sessionId=s1')).items.map(({ hash }) => hash)).not.toContain(theirs[0]?.hash);
  });

  it.each([
    ['an unknown parameter', 'events?tenant=other', 'REQUEST_MALFORMED'],
    ['a kind that is none', 'events?kind=rumour', 'REQUEST_MALFORMED'],
    ['a status that is none', 'tool-usage?status=great', 'REQUEST_MALFORMED'],
    ['an execution id that is none', 'events?executionId=1', 'REQUEST_MALFORMED'],
    ['a time that is none', 'events?from=yesterday', 'REQUEST_MALFORMED'],
    ['a page too large', 'events?limit=1000', 'REQUEST_MALFORMED'],
    ['a cursor of somebody else', 'events?cursor=WyJ4Il0', 'CURSOR_INVALID'],
  ])('refuse %s', async (_title, path, code) => {
    const { status, body } = await service.http({ method: 'GET', url: `/api/audit/${path}` });
    expect({ status, code: body['code'] }).toEqual({ status: 400, code });
  });

  it('are for those who may read the audit', async () => {
    const as = (roles: string[]) => service.http({ method: 'GET', url: '/api/audit/events', as: { roles } });
    expect((await as(['auditor'])).status).toBe(200);
    expect((await as(['operator', 'builder'])).status).toBe(403);
    expect((await service.http({ method: 'GET', url: '/api/audit/events', as: null })).status).toBe(401);
  });
});

describe('GET /api/audit/verify', () => {
  it('follows the caller’s own chain', async () => {
    const { status, body } = await service.http({ method: 'GET', url: '/api/audit/verify', as: { roles: ['auditor'] } });
    expect(status).toBe(200);
    expect(body).toMatchObject({ ok: true, entries: 6, firstBadSequence: null, reason: null, checkpoint: { seq: 6 } });
  });
});
