import { beforeAll, describe, expect, it } from '@jest/globals';
import { ToolControlChanged, ToolExecutionCompleted, ToolExecutionDecided, ToolExecutionFailed } from '@toolplane/contracts/events';
import { wireError } from '@toolplane/contracts/errors';
import { newId } from '@toolplane/contracts/ids';
import { digest, ExportedChain } from '@toolplane/security/chain';
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
    ['userId=ann&kind=outcome&sessionId=s1', [2, 1]],
    ['userId=ann&userId=nobody', [2, 1]],
    ['userId=ann&userId=orders', [4, 3, 2, 1, 0]],
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

  it('page through what a user asked for and what was asked for a user as through one list', async () => {
    const first = await list('events?userId=ann&limit=1');
    const second = await list(`events?userId=ann&limit=1&cursor=${first.next ?? ''}`);
    expect([...first.items, ...second.items].map(({ at: time }) => Number(time.slice(14, 16)))).toEqual([2, 1]);
    expect(second.next).toBeNull();
  });

  it('show what belongs to no tenant to the platform’s administrators, and to nobody else', async () => {
    await service.deliver(OnToolControlChanged, [another(ToolControlChanged, { tenantid: '*', time: at(6) })]);
    const as = (roles: string[], path: string) => service.http<Page<Entry>>({ method: 'GET', url: `/api/audit/${path}`, as: { roles } });
    expect((await as(['platform-admin'], 'events?scope=global')).body.items).toMatchObject([{ kind: 'kill_switch', seq: 1 }]);
    expect((await as(['platform-admin'], 'verify?scope=global')).body).toMatchObject({ ok: true, entries: 1 });
    expect((await as(['platform-admin'], 'events')).body.items).toHaveLength(6);
    for (const path of ['events?scope=global', 'tool-usage?scope=global', 'verify?scope=global']) expect((await as(['tenant-admin'], path)).status).toBe(403);
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

describe('an export', () => {
  const EXPORTED = 'exported';
  const FORMULA = '=HYPERLINK("http://evil","x")';
  beforeAll(async () => {
    const outcomes = Array.from({ length: 2_500 }, (_, n) =>
      another(ToolExecutionCompleted, { tenantid: EXPORTED, time: at(n % 60), sessionId: `s${n % 5}`, ...(n === 7 && { agent: FORMULA, input: { text: '+1,"a"\n' } }) }));
    for (let from = 0; from < outcomes.length; from += 500) await service.deliver(OnToolExecutionCompleted, outcomes.slice(from, from + 500));
  });
  const get = async (path: string, accept: string, tenantId = EXPORTED) => {
    const { status, headers, body } = await service.http<string>({ method: 'GET', url: `/api/audit/${path}`, headers: { accept }, as: { tenantId } });
    return { status, type: headers['content-type'], name: headers['content-disposition'], text: body };
  };
  const exported = async (path: string, tenantId = EXPORTED): Promise<Entry[]> => {
    const { body } = await service.http<string | Entry>({ method: 'GET', url: `/api/audit/${path}`, headers: { accept: 'application/x-ndjson' }, as: { tenantId } });
    // One line alone is JSON for whoever reads by the content type.
    return (typeof body === 'string' ? body : `${JSON.stringify(body)}\n`).split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Entry);
  };

  it('is everything, newest first, one line each, and verifies by itself', async () => {
    const { status, type, name } = await get('events', 'application/x-ndjson');
    expect({ status, type, name }).toEqual({ status: 200, type: 'application/x-ndjson; charset=utf-8', name: 'attachment; filename="audit-events.ndjson"' });
    const entries = await exported('events');
    expect(entries).toHaveLength(2_500);
    expect(entries.map(({ at: time }) => time)).toEqual(entries.map(({ at: time }) => time).toSorted().toReversed());
    const chain = new ExportedChain();
    for (const entry of entries) chain.add(JSON.stringify(entry));
    expect(chain.verdict()).toMatchObject({ ok: true, entries: 2_500 });
  });

  it('is what the filters let through, of the own tenant alone', async () => {
    expect(await exported('tool-usage?sessionId=s1&limit=1')).toHaveLength(500);
    expect(await exported('tool-usage?kind=decision')).toEqual([]);
    expect(await exported('events', 'nobody-here')).toEqual([]);
  });

  it('as CSV has a header and a row each, and no cell that a spreadsheet would run', async () => {
    const { type, name, text } = await get('events?sessionId=s2', 'text/csv');
    expect([type, name]).toEqual(['text/csv; charset=utf-8', 'attachment; filename="audit-events.csv"']);
    expect(text.split('\r\n')[0]).toMatch(/^seq,at,kind,status,code,executionId,/);
    expect(text.split('\r\n').filter((line) => /^\d+,2026/.test(line))).toHaveLength(500);
    expect(text).toContain(`"'=HYPERLINK(""http://evil"",""x"")"`);
    expect(text).not.toContain(`"${FORMULA.slice(0, 5)}`);
  });

  it('is chosen by Accept, and JSON stays the default', async () => {
    for (const accept of ['*/*', 'application/json', 'text/html,application/json;q=0.9', 'application/json, text/csv']) {
      expect((await get('events?limit=1', accept)).type).toContain('application/json');
    }
    expect((await get('events?limit=1', 'text/csv;q=0.8')).type).toContain('text/csv');
  });
});

describe('following a chain from a place on', () => {
  const follow = async (query: string, tenantId = 'demo') => {
    const { body } = await service.http<{ items: Entry[]; through: number }>({ method: 'GET', url: `/internal/audit/chain?${query}`, as: { tenantId } });
    return [body.items.map(({ seq }) => seq), body.through];
  };

  it('gives what comes next in its order, and says how far one has read', async () => {
    expect(await follow('')).toEqual([[], 6]);
    expect(await follow('after=2')).toEqual([[3, 4, 5, 6], 6]);
    expect(await follow('after=2&limit=2')).toEqual([[3, 4], 4]);
    expect(await follow('after=0&kind=outcome&kind=kill_switch')).toEqual([[2, 3, 4, 5, 6], 6]);
    expect(await follow(`after=0&executionId=${executionId}`)).toEqual([[1, 4], 6]);
    expect(await follow('after=99')).toEqual([[], 6]);
    expect(await follow('after=0', 'nobody')).toEqual([[], 0]);
  });
});

describe('GET /api/audit/verify', () => {
  it('follows the caller’s own chain', async () => {
    const { status, body } = await service.http({ method: 'GET', url: '/api/audit/verify', as: { roles: ['auditor'] } });
    expect(status).toBe(200);
    expect(body).toMatchObject({ ok: true, entries: 6, firstBadSequence: null, reason: null, checkpoint: { seq: 6 }, removedThrough: 0 });
  });
});
