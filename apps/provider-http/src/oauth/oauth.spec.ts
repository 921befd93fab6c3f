import { dispatched, testWorker, type Dispatching, type TestWorker } from '@toolplane/provider-kit/testing';
import { answering, openTo, providerUnder, startUpstream, type Answer, type Upstream } from '../testing/upstream.js';

const SECRET = 'cl!ent s3cret';

describe('oauth_stub', () => {
  let issuer: Upstream;
  let api: Upstream;
  let worker: TestWorker;
  let provider: ReturnType<typeof providerUnder>;
  let answerOfIssuer: Answer;
  let issued = 0;
  const revoked = new Set<string>();
  const token = (): string => `token-${(issued += 1)}`;
  const issuing =
    (more: object = {}): Answer =>
    (_request, response) =>
      void response.end(JSON.stringify({ access_token: token(), token_type: 'Bearer', expires_in: 3_600, ...more }));

  beforeEach(async () => {
    issued = 0;
    revoked.clear();
    answerOfIssuer = issuing();
    issuer = await startUpstream((request, response) => answerOfIssuer(request, response));
    api = await startUpstream((request, response) => {
      const sent = String(request.headers.authorization);
      if (revoked.has(sent)) response.statusCode = 401;
      response.end(JSON.stringify({ sent }));
    });
    provider = providerUnder(openTo([issuer, api]));
    worker = testWorker(provider, {
      secrets: { client: { [issuer.url]: SECRET, [api.url]: SECRET }, elsewhere: { [issuer.url]: SECRET } },
    });
  });
  afterEach(() => Promise.all([worker.close(), issuer.close(), api.close()]));

  const call = async ({ tool, ...rest }: Dispatching = {}) => {
    const auth = {
      type: 'oauth_stub' as const,
      tokenUrl: `${issuer.url}/token`,
      clientId: 'my client',
      secretRef: 'client',
      scopes: ['read', 'write'],
    };
    const [report] = await worker.run(
      dispatched(provider, { spec: { url: `${api.url}/x` }, tool: { id: 'a-tool', auth, ...tool }, ...rest }),
    );
    return report;
  };
  const bearers = (): readonly unknown[] => api.requests.map(({ headers }) => headers.authorization);

  it('buys a token with the client’s credentials, sends it, and keeps both to itself', async () => {
    await expect(call()).resolves.toMatchObject({ status: 'succeeded', output: { sent: '[redacted]' } });
    const [asked] = issuer.requests;
    expect(asked).toMatchObject({ method: 'POST', path: '/token', body: 'grant_type=client_credentials&scope=read%20write' });
    expect(asked?.headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(Buffer.from(String(asked?.headers.authorization).slice(6), 'base64').toString()).toBe('my%20client:cl%21ent%20s3cret');
    expect(bearers()).toEqual(['Bearer token-1']);
    expect(JSON.stringify(worker.reports)).not.toMatch(/token-1|s3cret/);
  });

  it('keeps a token for its tenant and tool alone', async () => {
    await call();
    await call();
    expect(issuer.requests).toHaveLength(1);
    await call({ tenantId: 'other' });
    await call({ tool: { id: 'another-tool' } });
    expect(bearers()).toEqual(['Bearer token-1', 'Bearer token-1', 'Bearer token-2', 'Bearer token-3']);
  });

  it('buys one for all that ask at the same time', async () => {
    await Promise.all(Array.from({ length: 20 }, () => call()));
    expect(issuer.requests).toHaveLength(1);
  });

  it('does not keep one that is about to expire', async () => {
    answerOfIssuer = issuing({ expires_in: 30 });
    await call();
    await call();
    expect(bearers()).toEqual(['Bearer token-1', 'Bearer token-2']);
  });

  it('buys another, once, where a kept one is refused, and none where a new one is', async () => {
    await call();
    revoked.add('Bearer token-1');
    await expect(call()).resolves.toMatchObject({ status: 'succeeded' });
    expect(bearers()).toEqual(['Bearer token-1', 'Bearer token-1', 'Bearer token-2']);
    for (const each of ['2', '3', '4']) revoked.add(`Bearer token-${each}`);
    await expect(call()).resolves.toMatchObject({ status: 'failed', error: { code: 'UPSTREAM_REJECTED', httpStatus: 401 } });
    expect(api.requests).toHaveLength(5);
    await expect(call({ tenantId: 'other' })).resolves.toMatchObject({ error: { code: 'UPSTREAM_REJECTED' } });
    expect(api.requests).toHaveLength(6);
  });

  it('needs a secret that is bound to both: where it is spent and where the token goes', async () => {
    const auth = { type: 'oauth_stub' as const, tokenUrl: `${issuer.url}/token`, clientId: 'c', secretRef: 'elsewhere', scopes: [] };
    await expect(call({ tool: { auth } })).resolves.toMatchObject({ error: { code: 'SECRET_NOT_BOUND', effect: 'none' } });
    await expect(call({ tool: { auth: { ...auth, secretRef: 'client', tokenUrl: 'https://evil.test/token' } } })).resolves.toMatchObject({
      error: { code: 'SECRET_NOT_BOUND', effect: 'none' },
    });
    expect([issuer.connections, api.connections]).toEqual([[], []]);
  });

  it('asks a token endpoint under the same guard', async () => {
    const tight = providerUnder(openTo([api]));
    const under = testWorker(tight, { secrets: { client: { [issuer.url]: SECRET, [api.url]: SECRET } } });
    const auth = { type: 'oauth_stub' as const, tokenUrl: `${issuer.url}/token`, clientId: 'c', secretRef: 'client', scopes: [] };
    await expect(under.run(dispatched(tight, { spec: { url: api.url }, tool: { auth } }))).resolves.toMatchObject([
      { error: { code: 'EGRESS_DENIED' } },
    ]);
    expect([issuer.connections, api.connections]).toEqual([[], []]);
    await under.close();
  });

  it.each([
    ['refuses', answering('{"error":"invalid_client"}', { status: 401 }), 'SECRET_UNAVAILABLE', false],
    ['sends elsewhere', answering('', { status: 302, headers: { location: 'https://evil.test/' } }), 'SECRET_UNAVAILABLE', false],
    ['gives no token', answering('{}'), 'SECRET_UNAVAILABLE', false],
    ['gives one that ends the header', answering('{"access_token":"a\\r\\nX-Admin: 1"}'), 'SECRET_UNAVAILABLE', false],
    ['is of another kind', answering('{"access_token":"a","token_type":"mac"}'), 'SECRET_UNAVAILABLE', false],
    ['is busy', answering('', { status: 503 }), 'UPSTREAM_UNAVAILABLE', true],
  ] as const)('makes no call where the token endpoint %s', async (_what, answer, code, retryable) => {
    answerOfIssuer = answer;
    await expect(call()).resolves.toMatchObject({ status: 'failed', error: { code, retryable, effect: 'none' } });
    expect(api.connections).toEqual([]);
  });
});
