import type { Playbook } from '@toolplane/contracts/documents';
import type { Problem } from '@toolplane/contracts/http';
import { newId } from '@toolplane/contracts/ids';
import { PERSON, refund, STRANGER, testPlaybook, type As } from '../testing/test-playbook.js';

const playbook = testPlaybook();
beforeEach(() => playbook.services.reset());
type Answer = Playbook & Omit<Problem, 'status'>;
const send = (method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, { body, as = {}, headers = {} }: { body?: unknown; as?: As; headers?: Record<string, string> } = {}) =>
  playbook.http<Answer>({ method, url, as, headers, ...(body === undefined ? {} : { body }) });
const fresh = (): string => `book-${newId()}`;

describe('playbooks', () => {
  it('are made, found by id and name, replaced and deleted', async () => {
    const name = fresh();
    const { status, body, headers } = await send('POST', '/api/playbooks', { body: { ...refund, name } });
    expect([status, headers.location]).toEqual([201, `/api/playbooks/${body.id}`]);
    for (const path of [body.id, name]) expect((await send('GET', `/api/playbooks/${path}`)).body).toEqual(body);
    expect((await send('PUT', `/api/playbooks/${name}`, { body })).body).toEqual(body);
    const put = await send('PUT', `/api/playbooks/${name}`, { body: { ...body, description: 'Better.' }, headers: { 'if-match': String(headers.etag) } });
    expect(put).toMatchObject({ status: 200, body: { id: body.id, description: 'Better.' } });
    expect((await send('PUT', `/api/playbooks/${name}`, { body: { name, steps: refund.steps }, headers: { 'if-match': String(headers.etag) } })).status).toBe(412);
    expect(await send('PUT', `/api/playbooks/${name}`, { body: { ...put.body, createdAt: '2020-01-01T00:00:00.000Z' } })).toMatchObject({ status: 400, body: { errors: [{ pointer: '/createdAt' }] } });
    expect((await send('DELETE', `/api/playbooks/${name}`)).status).toBe(204);
    expect((await send('GET', `/api/playbooks/${body.id}`)).status).toBe(404);
    expect((await send('POST', '/api/playbooks', { body: { ...refund, name } })).status).toBe(201);
  });

  it('are refused with every fault at once, an unknown tool among them', async () => {
    const steps = [...refund.steps, { id: 'look', title: 'Again', type: 'manual' }, { id: 'x', title: 'X', type: 'call_tool', tool: 'nothing', payload: { a: { $from: '/steps/none/output' } } }];
    const { status, body } = await send('POST', '/api/playbooks', { body: { name: fresh(), steps } });
    expect([status, body.code, body.errors.map(({ pointer }) => pointer)]).toEqual([422, 'DEFINITION_INVALID', ['/steps/4/id', '/steps/5/payload/a/$from', '/steps/5/tool']]);
    expect(playbook.services.seen.filter(({ route }) => route.startsWith('GET /internal/tools/')).map(({ route }) => route).sort()).toEqual(['GET /internal/tools/echo', 'GET /internal/tools/nothing']);
  });

  it.each<[string, unknown, number, string[]]>([
    ['no steps', { steps: [] }, 422, ['/steps']],
    ['a step of no type', { steps: [{ id: 'a', title: 'A', type: 'wait' }] }, 422, ['/steps/0/type']],
    ['a step with an unknown member', { steps: [{ id: 'a', title: 'A', type: 'manual', script: 'rm' }] }, 400, ['/steps/0/script']],
    ['an id that is no plain token', { steps: [{ id: 'A/b', title: 'A', type: 'manual' }] }, 422, ['/steps/0/id']],
    ['somebody else’s tenant', { steps: refund.steps, tenantId: 'acme' }, 400, ['/tenantId']],
  ])('are refused with %s', async (_what, body, status, pointers) => {
    const answer = await send('POST', '/api/playbooks', { body: { name: fresh(), ...(body as object) } });
    expect([answer.status, answer.body.errors.map(({ pointer }) => pointer)]).toEqual([status, pointers]);
  });

  it('are not written where nobody can say whether their tools are there', async () => {
    playbook.services.on('GET /internal/tools/echo', { status: 500 });
    expect(await send('POST', '/api/playbooks', { body: { ...refund, name: fresh() } })).toMatchObject({ status: 503, body: { code: 'DEPENDENCY_DOWN' } });
  });

  it('have names that are unique in their tenant, and are nobody else’s to see', async () => {
    const name = fresh();
    await playbook.playbook({ name });
    expect((await send('POST', '/api/playbooks', { body: { ...refund, name: name.replaceAll('-', '_') } })).body.code).toBe('NAME_TAKEN');
    const mine = (await send('GET', `/api/playbooks/${name}`)).body;
    for (const path of [mine.id, name, newId()]) {
      for (const method of ['GET', 'DELETE'] as const) expect((await send(method, `/api/playbooks/${path}`, { as: STRANGER })).body.code).toBe('NOT_FOUND');
      expect((await send('PUT', `/api/playbooks/${path}`, { as: STRANGER, body: refund })).body.code).toBe('NOT_FOUND');
    }
    expect((await send('POST', '/api/playbooks', { body: { ...refund, name }, as: STRANGER })).status).toBe(201);
    expect((await send('POST', '/api/playbooks', { body: { ...refund, name: fresh() }, as: PERSON })).status).toBe(403);
  });

  it('are listed by name, page by page', async () => {
    const as: As = { ...STRANGER, tenantId: 'lister' };
    for (const name of ['b', 'a', 'c']) await playbook.playbook({ name }, as);
    const list = async (query: string) => (await playbook.http<{ items: Playbook[]; next: string }>({ method: 'GET', url: `/api/playbooks?${query}`, as })).body;
    const first = await list('limit=2');
    expect([...first.items, ...(await list(`limit=2&cursor=${first.next}`)).items].map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  });
});
