import type { Exception, TimelineItem } from '@toolplane/contracts/documents';
import type { ExecutionRecord, Problem } from '@toolplane/contracts/http';
import { newId } from '@toolplane/contracts/ids';
import { AGENT, PERSON, STRANGER, testPlaybook, type As } from '../testing/test-playbook.js';

const playbook = testPlaybook();
beforeEach(() => playbook.services.reset());
const get = <Body>(url: string, as: As = PERSON) => playbook.http<Body & Omit<Problem, 'status' | 'title'>>({ method: 'GET', url, as });
const post = (body: unknown, as: As = PERSON) => playbook.http<Exception & { errors: { pointer: string }[] }>({ method: 'POST', url: '/api/exceptions', body, as });
const patch = (id: string, body: unknown, headers = {}, as: As = PERSON) =>
  playbook.http<Exception & { errors: { pointer: string }[] }>({ method: 'PATCH', url: `/api/exceptions/${id}`, body, headers, as });

describe('exceptions', () => {
  it('are made with defaults, read by their id, changed where something is named', async () => {
    const { status, body, headers } = await post({ title: 'Stuck' });
    expect([status, headers.location]).toEqual([201, `/api/exceptions/${body.id}`]);
    expect(body).toMatchObject({ title: 'Stuck', description: '', severity: 'medium', source: null, attributes: {}, status: 'open', createdBy: { type: 'user', id: 'ann' }, closedAt: null });
    expect((await get(`/api/exceptions/${body.id}`)).body).toEqual(body);
    const closed = await patch(body.id, { status: 'closed', attributes: { order: 1 } });
    expect(closed.body).toMatchObject({ title: 'Stuck', status: 'closed', attributes: { order: 1 }, closedAt: expect.any(String) as string });
    expect((await patch(body.id, { status: 'open' })).body.closedAt).toBeNull();
  });

  it.each<[string, unknown, number, string[]]>([
    ['without a title', {}, 422, ['/title']],
    ['of a severity that is none', { title: 'x', severity: 'huge' }, 422, ['/severity']],
    ['with a member that it does not have', { title: 'x', tenantId: 'acme' }, 400, ['/tenantId']],
    ['made by somebody else', { title: 'x', createdBy: { type: 'user', id: 'root' } }, 400, ['/createdBy']],
  ])('are refused %s', async (_what, body, status, pointers) => {
    const answer = await post(body);
    expect([answer.status, answer.body.errors.map(({ pointer }) => pointer)]).toEqual([status, pointers]);
  });

  it('lose no update: who changes an older state is told to look again', async () => {
    const { body, headers } = await post({ title: 'a' });
    const etag = { 'if-match': String(headers.etag) };
    expect((await patch(body.id, { title: 'b' }, etag)).status).toBe(200);
    expect((await patch(body.id, { title: 'c' }, etag)).status).toBe(412);
    expect((await get<Exception>(`/api/exceptions/${body.id}`)).body.title).toBe('b');
  });

  it('of another tenant are not there', async () => {
    const { body } = await post({ title: 'mine' });
    const nobody = newId();
    for (const id of [body.id, nobody, 'no-id']) {
      expect((await get(`/api/exceptions/${id}`, STRANGER)).body).toMatchObject({ status: 404, code: 'NOT_FOUND', detail: 'there is no such exception' });
      expect((await get(`/api/exceptions/${id}/timeline`, STRANGER)).status).toBe(404);
      expect((await patch(id, { title: 'x' }, {}, STRANGER)).status).toBe(404);
    }
    expect((await get<{ items: unknown[] }>('/api/exceptions', STRANGER)).body.items).toEqual([]);
    expect((await post({ title: 'x' }, { ...PERSON, roles: ['viewer'] })).status).toBe(403);
    expect((await post({ title: 'x' }, AGENT)).status).toBe(201);
  });

  it('are listed newest first, by what they are, page by page', async () => {
    const source = `/src-${newId()}`;
    for (const [severity, title] of [['low', 'first'], ['high', 'second'], ['high', 'THIRD']]) await post({ title, severity, source });
    const titles = async (query: string) => (await get<{ items: Exception[]; next: string | null }>(`/api/exceptions?source=${source}&${query}`)).body;
    expect((await titles('')).items.map(({ title }) => title)).toEqual(['THIRD', 'second', 'first']);
    expect((await titles('severity=high&severity=critical')).items).toHaveLength(2);
    expect((await titles('q=third')).items).toHaveLength(1);
    expect((await titles('status=closed')).items).toEqual([]);
    const page = await titles('limit=2');
    expect((await titles(`limit=2&cursor=${page.next}`)).items.map(({ title }) => title)).toEqual(['first']);
    expect((await get('/api/exceptions?cursor=nonsense')).body.code).toBe('CURSOR_INVALID');
    expect((await get('/api/exceptions?colour=red')).status).toBe(400);
  });
});

describe('a timeline', () => {
  type Page = { items: TimelineItem[]; next: string | null };
  const timeline = async (id: string, query = '') => (await get<Page>(`/api/exceptions/${id}/timeline?${query}`)).body;

  it('tells who did what, newest first', async () => {
    const run = await playbook.atCall();
    await patch(run.exceptionId, { severity: 'high', attributes: { orderId: 'order-17', vip: true } });
    const { body } = await playbook.step(run.id, 'call', 'complete', { body: { comment: 'go' } });
    await playbook.ended(run, body.steps[2]?.executionId ?? '', { code: 'PROVIDER_FAILED' });
    await playbook.step(run.id, 'call', 'skip');
    await playbook.step(run.id, 'close', 'complete');
    const { items, next } = await timeline(run.exceptionId);
    expect(next).toBeNull();
    expect(items.map(({ kind, stepId }) => (stepId === null ? kind : `${kind} ${stepId}`)).reverse()).toEqual([
      'exception_created', 'run_started', 'step_completed look', 'step_completed ask', 'exception_changed', 'step_started call', 'step_failed call',
      'step_skipped call', 'step_completed close', 'run_completed',
    ]);
    const of = (kind: string) => items.find((item) => item.kind === kind);
    expect(of('exception_changed')).toMatchObject({ by: { id: 'ann' }, details: { severity: { from: 'medium', to: 'high' }, attributes: ['vip'] } });
    expect(of('step_started')).toMatchObject({ by: { id: 'ann' }, runId: run.id, executionId: body.steps[2]?.executionId, comment: 'go' });
    expect(of('step_failed')).toMatchObject({ by: null, details: { code: 'PROVIDER_FAILED' } });
    expect(items.at(-4)).toMatchObject({ stepId: 'ask', details: { choice: 'yes' } });
  });

  it('has the executions that name the exception, asked with the caller’s own token, in their place', async () => {
    const { id, createdAt } = await playbook.exception();
    await patch(id, { title: 'again' });
    const record = (at: number, n: number) => ({
      id: `0193e3b1-7c40-7a52-9a51-0d6f2c1b8e${String(n).padStart(2, '0')}`, createdAt: new Date(Date.parse(createdAt) + at).toISOString(), toolId: 't', toolName: 'echo', toolVersion: '1.0.0',
      status: 'succeeded', output: { text: 'x'.repeat(1_000) }, error: null, requestedBy: { type: 'service', id: 's' }, actor: null, finishedAt: createdAt,
    }) as unknown as ExecutionRecord;
    const records = [record(60_000, 3), record(50_000, 2), record(-1_000, 1)];
    playbook.services.on('GET /api/tools/executions', ({ url }) => {
      const query = new URLSearchParams(url.split('?')[1]);
      const cursor = query.get('cursor');
      const [at = ''] = cursor === null ? [] : (JSON.parse(Buffer.from(cursor, 'base64url').toString()) as string[]);
      const left = records.filter((each) => at === '' || each.createdAt < at);
      return { status: 200, body: { items: left.slice(0, Number(query.get('limit'))), next: left.length > Number(query.get('limit')) ? 'more' : null } };
    });
    const { items } = await timeline(id);
    expect(items.map(({ kind }) => kind)).toEqual(['execution', 'execution', 'exception_changed', 'exception_created', 'execution']);
    expect(items[0]).toMatchObject({ by: { id: 's' }, executionId: records[0]?.id, execution: { toolName: 'echo', status: 'succeeded', code: null } });
    expect(items[0]?.execution?.output).toHaveLength(301);
    const paged: string[] = [];
    for (let next: string | null = '', first = true; first || next !== null; first = false) {
      const page: Page = await timeline(id, `limit=2${first ? '' : `&cursor=${next}`}`);
      paged.push(...page.items.map((item) => item.id));
      next = page.next;
    }
    expect(paged).toEqual(items.map((item) => item.id));
    const [asked] = playbook.services.seen.filter(({ route }) => route === 'GET /api/tools/executions');
    expect(new URLSearchParams(asked?.url.split('?')[1]).get('exceptionId')).toBe(id);
    expect(asked?.token).toBeTruthy();
  });

  it('is not half told: without the executions it asks for patience', async () => {
    const { id } = await playbook.exception();
    playbook.services.on('GET /api/tools/executions', { status: 500, body: {} });
    expect(await get(`/api/exceptions/${id}/timeline`)).toMatchObject({ status: 503, body: { code: 'DEPENDENCY_DOWN' } });
  });
});
