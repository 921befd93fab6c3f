import { providerConformance, dispatched, testWorker, type Dispatching, type TestWorker } from '@toolplane/provider-kit/testing';
import { answering, openTo, providerUnder, startRawUpstream, startUpstream, type Upstream } from './testing/upstream.js';

const echo = await startUpstream((request, response) => {
  if (request.path.startsWith('/hang')) return;
  if (request.path.startsWith('/status/')) return void response.writeHead(Number(request.path.slice(8))).end('{}');
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ path: request.path, key: request.headers['x-api-key'] ?? null, body: request.body }));
});
afterAll(() => echo.close());
const secrets = { 'the-key': { [echo.url]: 'k3y-0f-the-0rigin' } };
const apiKey = { type: 'api_key', in: 'header', name: 'X-Api-Key', secretRef: 'the-key' } as const;

providerConformance(() => providerUnder(openTo([echo])), {
  succeeds: {
    spec: { url: `${echo.url}/users/{id}`, method: 'POST', body: { text: { $from: '/payload/text' } } },
    input: { id: 7, text: 'hi' },
    tool: { auth: apiKey },
    output: { path: '/users/7', key: '[redacted]', body: '{"text":"hi"}' },
  },
  lasts: { spec: { url: `${echo.url}/hang` } },
  fails: [
    { spec: { url: `${echo.url}/status/404` }, code: 'UPSTREAM_REJECTED', effect: 'possible' },
    { spec: { url: `${echo.url}/status/503` }, code: 'UPSTREAM_UNAVAILABLE', effect: 'possible' },
    { spec: { url: 'https://elsewhere.example.com/' }, code: 'EGRESS_DENIED', effect: 'none' },
    { spec: { url: `${echo.url}/{absent}` }, code: 'REQUEST_INPUT_INVALID', effect: 'none' },
  ],
  unreadable: { address: 'nowhere' },
  secrets,
});

describe('calls over HTTP', () => {
  const open: TestWorker[] = [];
  const upstreams: Upstream[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((worker) => worker.close()));
    await Promise.all(upstreams.splice(0).map((upstream) => upstream.close()));
  });
  /** Runs one call against one server. */
  const call = async (
    upstream: Upstream,
    path: string,
    { spec = {}, ...rest }: Dispatching = {},
  ): Promise<Awaited<ReturnType<TestWorker['run']>>[number] | undefined> => {
    const provider = providerUnder(openTo([upstream]));
    const worker = testWorker(provider, { secrets: { ...secrets, other: { 'https://other.example.com': 'x' } } });
    open.push(worker);
    const [report] = await worker.run(dispatched(provider, { spec: { url: `${upstream.url}${path}`, ...(spec as object) }, ...rest }));
    return report;
  };
  const answered = async (answer: Parameters<typeof startUpstream>[0]): Promise<Upstream> => {
    const upstream = await startUpstream(answer);
    upstreams.push(upstream);
    return upstream;
  };
  const raw = async (bytes: string): Promise<Upstream> => {
    const upstream = await startRawUpstream((socket) => void socket.end(bytes));
    upstreams.push(upstream);
    return upstream;
  };

  it('sends what the definition says, with the execution’s key, and no cookie or proxy header', async () => {
    const upstream = await answered(answering('{}'));
    await call(upstream, '/a', { idempotencyKey: 'execution-1', spec: { query: { q: 'x y' } } });
    expect(upstream.requests).toEqual([
      {
        method: 'GET',
        path: '/a?q=x%20y',
        body: '',
        headers: {
          host: `127.0.0.1:${upstream.port}`,
          connection: 'close',
          'user-agent': 'toolplane',
          accept: 'application/json',
          'accept-encoding': 'gzip',
          'idempotency-key': 'execution-1',
        },
      },
    ]);
  });

  it('sends a key in header or query, and never elsewhere than where it is bound', async () => {
    await call(echo, '/h', { tool: { auth: apiKey } });
    expect(echo.requests.at(-1)?.headers['x-api-key']).toBe('k3y-0f-the-0rigin');
    await call(echo, '/q', { tool: { auth: { ...apiKey, in: 'query', name: 'key' } } });
    expect(echo.requests.at(-1)?.path).toBe('/q?key=k3y-0f-the-0rigin');
    const before = echo.connections.length;
    await expect(call(echo, '/h', { tool: { auth: { ...apiKey, secretRef: 'other' } } })).resolves.toMatchObject({
      status: 'failed',
      error: { code: 'SECRET_NOT_BOUND', effect: 'none' },
    });
    expect(echo.connections).toHaveLength(before);
  });

  it.each([
    ['json', 'application/json', '{"a":[1,null]}', { a: [1, null] }],
    ['json', 'text/html', '\ufeff{"__proto__":{"a":1},"a":1,"a":2}', JSON.parse('{"__proto__":{"a":1},"a":2}')],
    ['json', 'application/json', '', null],
    ['text', 'application/json', '{"a":1}', '{"a":1}'],
    ['base64', 'image/png', Buffer.from([0, 255, 1]), 'AP8B'],
  ] as const)('makes a %s output of an answer called %s', async (response, type, body, output) => {
    const upstream = await answered(answering(body, { headers: { 'content-type': type, 'set-cookie': 'a=b' } }));
    await expect(call(upstream, '/', { spec: { response } })).resolves.toMatchObject({ status: 'succeeded', output });
  });

  it.each([301, 302, 303, 304, 305, 307, 308])('does not follow a %d', async (status) => {
    const target = await answered(answering('{}'));
    const upstream = await answered(answering('', { status, headers: { location: `${target.url}/stolen` } }));
    await expect(call(upstream, '/', { tool: { auth: { type: 'none' } } })).resolves.toMatchObject({
      error: { code: 'UPSTREAM_REJECTED', httpStatus: status },
    });
    expect(target.connections).toEqual([]);
  });

  it.each([
    [400, 'UPSTREAM_REJECTED', null],
    [429, 'UPSTREAM_UNAVAILABLE', 7_000],
    [503, 'UPSTREAM_UNAVAILABLE', 7_000],
    [999, 'PROVIDER_OUTPUT_INVALID', null],
  ])('takes a %d for %s', async (status, code, retryAfterMs) => {
    const upstream = await answered(answering('secret details of the destination', { status, headers: { 'retry-after': '7' } }));
    const report = await call(upstream, '/');
    expect(report).toMatchObject({ status: 'failed', error: { code, effect: 'possible', httpStatus: status, retryAfterMs } });
    expect(JSON.stringify(report)).not.toContain('secret details');
  });

  it('knows that nothing happened where the connection was refused', async () => {
    const gone = await startUpstream(answering('{}'));
    await gone.close();
    await expect(call(gone, '/')).resolves.toMatchObject({
      error: { code: 'UPSTREAM_UNAVAILABLE', effect: 'none', retryable: true, httpStatus: null },
    });
  });

  it('knows that anything may have happened where it broke later', async () => {
    const upstream = await startRawUpstream((socket) => void socket.destroy());
    upstreams.push(upstream);
    await expect(call(upstream, '/')).resolves.toMatchObject({
      error: { code: 'UPSTREAM_UNAVAILABLE', effect: 'possible', retryable: false },
    });
  });

  it.each([
    ['no HTTP at all', 'hello\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}'],
    ['length and chunks', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n'],
    ['headers over 16 KiB', `HTTP/1.1 200 OK\r\nX-A: ${'a'.repeat(20_000)}\r\n\r\n{}`],
    ['a status without a meaning', 'HTTP/1.1 0 OK\r\nContent-Length: 2\r\n\r\n{}'],
    ['endless interim answers', `${'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(50)}HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}`],
    ['10 GiB announced', 'HTTP/1.1 200 OK\r\nContent-Length: 10737418240\r\n\r\n'],
  ])('refuses an answer with %s', async (_what, bytes) => {
    await expect(call(await raw(bytes), '/')).resolves.toMatchObject({ error: { code: 'PROVIDER_OUTPUT_INVALID' } });
  });
});
