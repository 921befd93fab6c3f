import { testCaller, testToken } from '@toolplane/service-kit/testing';
import type { SeenRequest } from '../testing/fake-service.js';
import { REFUSED, testGateway } from '../testing/test-gateway.js';

const TOKENS = 'POST /internal/tokens';

describe('who calls', () => {
  const gateway = testGateway({ FAILED_CREDENTIALS_PER_MINUTE: '5', TRUSTED_PROXIES: '127.0.0.1' });
  const get = (key: string | null, headers: Record<string, string> = {}) =>
    gateway.send({ method: 'GET', url: '/api/tools', headers: { ...(key === null ? { authorization: '' } : { authorization: `Bearer ${key}` }), ...headers } });
  const from = (address: string) => ({ 'x-forwarded-for': address });

  beforeEach(() => gateway.registry.on('GET /api/tools', { body: { items: [], next: null } }));

  it.each([
    ['nothing', ''],
    ['another scheme', 'Basic dHA6Z29vZA=='],
    ['no credential', 'Bearer '],
    ['two words', 'Bearer tp_good tp_good'],
    ['far too much', `Bearer ${'x'.repeat(8_193)}`],
  ])('refuses %s without asking anybody', async (_, authorization) => {
    expect(await gateway.send({ method: 'GET', url: '/api/tools', headers: { authorization } })).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': 'Bearer' },
      body: { code: 'UNAUTHENTICATED' },
    });
    expect(gateway.registry.seen).toEqual([]);
  });

  it('exchanges a credential once, however many requests come with it, and passes the token on, not the credential', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => get('tp_good_once')));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(gateway.registry.requests(TOKENS)).toHaveLength(1);
    expect(gateway.registry.requests(TOKENS)[0]?.body).toEqual({ credential: 'tp_good_once', ip: '127.0.0.1' });
    const [passed] = gateway.registry.requests('GET /api/tools');
    expect(passed?.headers['x-toolplane-token']).toMatch(/^eyJ/);
    expect(passed?.headers.authorization).toBeUndefined();
  });

  it('does not believe an internal token from outside', async () => {
    await get('tp_good_forger', { 'x-toolplane-token': 'forged' });
    expect(gateway.registry.requests('GET /api/tools')[0]?.headers['x-toolplane-token']).not.toBe('forged');
    expect(await get(null, { 'x-toolplane-token': 'forged' })).toMatchObject({ status: 401 });
  });

  it('remembers a refusal', async () => {
    expect(await get('tp_bad', from('10.0.0.1'))).toMatchObject({ status: 401 });
    expect(await get('tp_bad', from('10.0.0.1'))).toMatchObject({ status: 401 });
    expect(gateway.registry.requests(TOKENS)).toHaveLength(1);
  });

  it('asks for the tenant that was named, and gives the registry’s refusal of it', async () => {
    await get('tp_good_admin', { 'x-toolplane-tenant': 'acme' });
    expect(gateway.registry.requests(TOKENS)[0]?.body).toMatchObject({ tenant: 'acme' });
    gateway.registry.on(TOKENS, { status: 403, body: { code: 'FORBIDDEN', detail: 'X-Toolplane-Tenant is for platform administrators', status: 403 } });
    expect(await get('tp_good_user', { 'x-toolplane-tenant': 'acme' })).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
    expect(await get('tp_good_user', { 'x-toolplane-tenant': 'x'.repeat(64) })).toMatchObject({ status: 403 });
  });

  it('answers 503 where the registry cannot tell, and asks again the next time', async () => {
    gateway.registry.on(TOKENS, { status: 500, body: {} });
    const answer = await get('tp_good_later');
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '2' }, body: { code: 'DEPENDENCY_DOWN' } });
    gateway.registry.on(TOKENS, REFUSED);
    expect(await get('tp_good_later', from('10.0.0.2'))).toMatchObject({ status: 401 });
  });

  it('slows an address down that keeps guessing, and nobody else', async () => {
    const guesser = from('10.9.9.9');
    expect(await get('tp_good_before', guesser)).toMatchObject({ status: 200 });
    for (let guess = 0; guess < 5; guess += 1) expect(await get(`tp_guess_${guess}`, guesser)).toMatchObject({ status: 401 });
    const answer = await get('tp_guess_more', guesser);
    expect(answer).toMatchObject({ status: 429, body: { code: 'RATE_LIMITED' } });
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect(await get('tp_good_new', guesser)).toMatchObject({ status: 429 });
    expect(await get('tp_good_before', guesser)).toMatchObject({ status: 200 });
    expect(await get('tp_good_elsewhere', from('10.9.9.8'))).toMatchObject({ status: 200 });
  });
});

describe('how much a caller may ask', () => {
  const gateway = testGateway({ REQUESTS_PER_MINUTE_PER_KEY: '3', REQUESTS_PER_MINUTE_PER_TENANT: '5', FAILED_CREDENTIALS_PER_MINUTE: '3', TRUSTED_PROXIES: '127.0.0.1' });
  const get = (key: string, headers: Record<string, string> = {}) => gateway.send({ method: 'GET', url: '/api/tools', headers: { authorization: `Bearer ${key}`, ...headers } });
  /** A principal and a tenant for each key. */
  const people = (tenantId: string) => async ({ body }: SeenRequest) => {
    if (String(body['credential']).endsWith('wrong')) return REFUSED;
    const caller = testCaller({ tenantId, principal: { type: 'user', id: String(body['credential']) } });
    return { body: { token: await testToken(caller), expiresAt: new Date(Date.now() + 60_000).toISOString(), caller } };
  };
  beforeEach(() => gateway.registry.on('GET /api/tools', { body: { items: [], next: null } }));

  it('is told on every answer, and is over for a key before it is over for its tenant', async () => {
    gateway.registry.on(TOKENS, people('small'));
    const first = await get('tp_one');
    expect(first).toMatchObject({ status: 200, headers: { ratelimit: '"key";r=2;t=60, "tenant";r=4;t=60', 'ratelimit-policy': '"key";q=3;w=60, "tenant";q=5;w=60' } });
    await get('tp_one');
    await get('tp_one');
    const refused = await get('tp_one');
    expect(refused).toMatchObject({ status: 429, body: { code: 'RATE_LIMITED', retryable: true }, headers: { ratelimit: expect.stringContaining('"key";r=0;') as string } });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(50);
    expect([(await get('tp_two')).status, (await get('tp_two')).status]).toEqual([200, 200]);
    const ofTenant = await get('tp_two');
    expect(ofTenant).toMatchObject({ status: 429, body: { detail: 'the tenant may send 5 requests a minute' } });
    expect(gateway.registry.requests('GET /api/tools')).toHaveLength(5);
  });

  it('is counted for each tenant alone', async () => {
    gateway.registry.on(TOKENS, people('other'));
    expect((await get('tp_three')).status).toBe(200);
  });

  it('does not count who is nobody, but many wrong keys of one prefix, from wherever they come', async () => {
    gateway.registry.on(TOKENS, people('guessed'));
    const from = (n: number) => ({ 'x-forwarded-for': `10.1.1.${n}` });
    const own = `tp_ABCDEFGH${'x'.repeat(40)}`;
    expect((await get(own)).status).toBe(200);
    for (const n of [1, 2, 3]) expect((await get(`tp_ABCDEFGH${n}wrong`, from(n))).status).toBe(401);
    expect((await get('tp_ABCDEFGH4wrong', from(4))).status).toBe(429);
    expect((await get('tp_HGFEDCBA1wrong', from(5))).status).toBe(401);
    // Who holds the key is not locked out by those who guess at it.
    expect((await get(own, from(6))).status).toBe(200);
  });

  it('does not count a key in the query, in a cookie or in another header: it is none', async () => {
    gateway.registry.on(TOKENS, people('small'));
    for (const [url, headers] of [['/api/tools?api_key=tp_one', {}], ['/api/tools?access_token=tp_one', {}], ['/api/tools', { 'x-api-key': 'tp_one' }], ['/api/tools', { cookie: 'key=tp_one' }]] as const) {
      expect((await gateway.send({ method: 'GET', url, headers: { authorization: '', ...headers } })).status).toBe(401);
    }
    expect(gateway.registry.seen).toEqual([]);
  });
});
