import type { Tool } from '@toolplane/contracts/documents';
import { as, echo, testRegistry } from '../testing/test-registry.js';

const SQL = [`' or '1'='1`, `'; drop table registry.tools; --`, `%' union select hash from registry.api_keys --`, `$1`, `\\'`];

describe('a registry under attack', () => {
  const registry = testRegistry();
  const get = <Body = { code?: string; items: Tool[] }>(url: string) => registry.http<Body>({ method: 'GET', url });
  const make = (body: object) => registry.http<Tool & { code?: string }>({ method: 'POST', url: '/api/tools', body: { ...echo, ...body } });
  beforeAll(() => make({ name: 'victim' }));

  it('takes SQL for text, in paths, filters and cursors', async () => {
    for (const text of SQL) {
      for (const url of [`/api/tools/${encodeURIComponent(text)}`, `/api/agents/${encodeURIComponent(text)}`, `/api/toolkits/${encodeURIComponent(text)}`]) expect((await get(url)).status).toBe(404);
      expect((await get(`/api/tools?q=${encodeURIComponent(text)}`)).body.items).toEqual([]);
      expect((await get(`/api/tools?tag=${encodeURIComponent(text)}`)).body.items).toEqual([]);
      expect((await get(`/api/tools?category=${encodeURIComponent(text)}`)).status).toBe(400);
      const cursor = Buffer.from(JSON.stringify([text, text])).toString('base64url');
      expect((await get(`/api/tools?cursor=${cursor}`)).body.code).toBe('CURSOR_INVALID');
      expect((await make({ name: text })).status).toBe(422);
    }
    expect((await get('/api/tools/victim')).status).toBe(200);
  });

  it('keeps markup, control characters and formulas as the text they are, in JSON and nowhere else', async () => {
    const description = '<script>alert(1)</script> \u001b[31mred\u001b[0m\r\nset-cookie: a=b\r\n=cmd|"/c calc"!A1';
    const { body, headers } = await make({ name: 'markup', description, tags: ['<b>', '=1+1'] });
    expect(body).toMatchObject({ description, tags: ['<b>', '=1+1'] });
    expect(headers['content-type']).toMatch(/^application\/json/);
    expect(headers['set-cookie']).toBeUndefined();
    const refused = await make({ name: '<img src=x onerror=alert(1)>' });
    expect(refused.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(JSON.stringify(refused.body)).not.toContain('<img');
  });

  it('gives no more of a list than a page, in no order but its own, and takes a wildcard for a character', async () => {
    for (const query of ['limit=1000000', 'limit=-1', 'limit=1e3', 'offset=1000000', 'page=99', 'sort=description', 'order=desc', 'cursor=W10', `cursor=${'x'.repeat(10_000)}`]) {
      expect([query, (await get(`/api/tools?${query}`)).status]).toEqual([query, 400]);
    }
    expect((await get('/api/tools?q=%25%25%25')).body.items).toEqual([]);
    expect((await get('/api/tools?q=s_nd')).body.items).toEqual([]);
    const [{ timeout } = { timeout: '0' }] = await registry.database.database.asTenant('demo', (tx) => tx.query<{ timeout: string }>(`select current_setting('statement_timeout') as timeout`));
    expect(timeout).not.toBe('0');
  });

  it('unfolds no relations that somebody asks for', async () => {
    for (const query of ['include=tenant', 'include=createdBy.keys', 'expand=*', 'fields=hash', 'select=*', 'with=versions', 'populate=tenant']) {
      for (const url of ['/api/tools', '/api/tools/victim', '/api/tenants/demo', '/api/tenants/demo/keys', '/api/agents']) {
        expect([url, query, (await get(`${url}?${query}`)).status]).toEqual([url, query, 400]);
      }
    }
  });

  it('makes ids that do not lead to the next one', async () => {
    const ids = await Promise.all(Array.from({ length: 40 }, async (_, n) => (await make({ name: `numbered_${n}` })).body.id));
    const tails = ids.map((id) => BigInt(`0x${id.slice(24)}`));
    for (const [index, tail] of tails.entries()) {
      for (const other of tails.slice(index + 1)) expect((tail > other ? tail - other : other - tail) > 1_000n).toBe(true);
    }
  });

  it('says the same of a foreign thing and of nothing, in the same words and with the same work', async () => {
    await registry.provision('acme');
    const statements = async (url: string): Promise<{ status: number; text: string }> => {
      const { status, body } = await registry.http({ method: 'GET', url, as: as('acme') });
      return { status, text: JSON.stringify({ ...body, traceId: '' }) };
    };
    const { id } = (await get<Tool>('/api/tools/victim')).body;
    expect(await statements(`/api/tools/${id}`)).toEqual(await statements('/api/tools/0910f337-bcfe-7d40-bebe-04bd023aed9b'));
    expect(await statements('/api/tools/victim')).toEqual(await statements('/api/tools/nothing'));
  });

  it('takes no name that a person could take for another', async () => {
    const post = (url: string, body: object) => registry.http({ method: 'POST', url, body });
    const twins = ['Victim', 'victim.', 'victim ', ' victim', 'vict\u0456m', 'vic\u200btim', 'vic\u202etim', 'v\u0131ctim', 'vi\u0301ctim', '\uff56ictim', '../victim', 'vic/tim', 'vic\u0000tim', '-victim', '', 'executions'];
    for (const name of twins) {
      const answers = [make({ name }), post('/api/agents', { name, displayName: 'a', model: 'm', systemPrompt: 's' }), post('/api/toolkits', { name, description: 'a' })];
      for (const { status } of await Promise.all(answers)) expect([name, status]).toEqual([name, 422]);
    }
    for (const name of ['vic-tim', 'vic_tim', 'victim-', 'victim__']) expect([name, (await make({ name })).body.code]).toEqual([name, 'NAME_TAKEN']);
  });

  it.each([['tenantId', 'acme'], ['role', 'tenant-admin'], ['status', 'active'], ['createdBy', { type: 'user', id: 'x' }], ['approvedBy', 'x'], ['isSystem', true], ['id', '0910f337-bcfe-7d40-bebe-04bd023aed9b'], ['origin', 'config']])(
    'does not take %s from a body',
    async (name, value) => {
      expect((await make({ name: 'assigned', [name]: value })).status).toBe(400);
      expect((await registry.http({ method: 'POST', url: '/api/agents', body: { name: 'a', displayName: 'a', model: 'm', systemPrompt: 's', [name]: value } })).status).toBe(400);
      expect((await registry.http({ method: 'POST', url: '/api/toolkits', body: { name: 'a', description: 'a', [name]: value } })).status).toBe(400);
    },
  );
});
