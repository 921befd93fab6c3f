import type { EgressPolicy } from '@toolplane/contracts/documents';
import { dispatched, testWorker, type Dispatching, type TestWorker } from '@toolplane/provider-kit/testing';
import { ownAddresses } from './own-addresses.js';
import type { HttpParts } from '../http.js';
import { startProxy } from '../testing/proxy.js';
import { answering, openTo, providerUnder, startUpstream, type Upstream } from '../testing/upstream.js';

type Hosts = Readonly<Record<string, readonly string[]>>;

describe('the guard of the connector', () => {
  let upstream: Upstream;
  const workers: TestWorker[] = [];
  beforeEach(async () => {
    upstream = await startUpstream(answering('{}'));
  });
  afterEach(async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.close()));
    await upstream.close();
  });

  const worker = (policy: EgressPolicy | (() => EgressPolicy), parts: Partial<HttpParts> & { readonly hosts?: Hosts } = {}) => {
    const provider = providerUnder(policy, parts);
    const on = testWorker(provider);
    workers.push(on);
    return {
      call: async (url: string, given: Dispatching = {}) => (await on.run(dispatched(provider, { ...given, spec: { url } })))[0],
    };
  };
  const named = (): string => `http://api.example.com:${upstream.port}`;
  const byName = (): EgressPolicy => openTo([upstream], [{ origin: named() }]);
  const denied = { status: 'failed', error: { code: 'EGRESS_DENIED', effect: 'none', message: 'The destination is not allowed' } };

  it('dials the checked address and names the host', async () => {
    const on = worker(byName(), { hosts: { 'api.example.com': ['127.0.0.1'] } });
    await expect(on.call(`${named()}/x`)).resolves.toMatchObject({ status: 'succeeded' });
    expect(upstream.requests[0]?.headers.host).toBe(`api.example.com:${upstream.port}`);
  });

  it('reaches nothing private where no range and port is opened, by address or by name', async () => {
    const closed: EgressPolicy = { default: 'public-https', allow: [{ origin: upstream.url }, { origin: named() }] };
    const on = worker(closed, { hosts: { 'api.example.com': ['127.0.0.1'], 'open.example.com': ['10.0.0.1'] } });
    for (const url of [upstream.url, named(), 'https://open.example.com']) await expect(on.call(`${url}/`)).resolves.toMatchObject(denied);
    expect(upstream.connections).toEqual([]);
  });

  it('fails closed where one of the answers is not allowed', async () => {
    const on = worker(byName(), { hosts: { 'api.example.com': ['127.0.0.1', '10.0.0.1'] } });
    await expect(on.call(`${named()}/`)).resolves.toMatchObject(denied);
    expect(upstream.connections).toEqual([]);
  });

  it('goes on to the next checked address where one refuses', async () => {
    const on = worker(byName(), { hosts: { 'api.example.com': ['127.0.0.2', '127.0.0.1'] } });
    await expect(on.call(`${named()}/`)).resolves.toMatchObject({ status: 'succeeded' });
    expect(upstream.connections).toHaveLength(1);
  });

  it('looks a name up and judges it again at every attempt', async () => {
    const answers = [['127.0.0.1'], ['10.0.0.1']];
    const on = worker(byName(), { resolve: () => Promise.resolve(answers.shift() ?? []) });
    await expect(on.call(`${named()}/`)).resolves.toMatchObject({ status: 'succeeded' });
    await expect(on.call(`${named()}/`)).resolves.toMatchObject(denied);
  });

  it('reads the policy at every attempt', async () => {
    let policy = openTo([upstream]);
    const on = worker(() => policy);
    const tool = { id: 'kept', idempotent: true };
    await expect(on.call(`${upstream.url}/`, { tool })).resolves.toMatchObject({ status: 'succeeded' });
    policy = { ...policy, allow: [] };
    await expect(on.call(`${upstream.url}/`, { tool })).resolves.toMatchObject(denied);
    policy = { ...policy, allow: [{ origin: upstream.url }], private: [] };
    await expect(on.call(`${upstream.url}/`, { tool })).resolves.toMatchObject(denied);
    expect(upstream.requests).toHaveLength(1);
  });

  it('calls nothing while the policy cannot be read', async () => {
    const on = worker(openTo([upstream]), { rules: { current: () => Promise.reject(new Error('egress.json is not JSON')) } });
    await expect(on.call(`${upstream.url}/`)).resolves.toMatchObject(denied);
    expect(upstream.connections).toEqual([]);
  });

  it('never calls the platform itself', async () => {
    const on = worker(
      { default: 'public-https' },
      { hosts: { 'me.example.com': ['93.184.216.34'] }, ownAddresses: ownAddresses(['93.184.216.34']) },
    );
    await expect(on.call('https://me.example.com/')).resolves.toMatchObject(denied);
  });

  it('gives up on a look-up that hangs, in its own time and without effect', async () => {
    const on = worker(byName(), { resolve: () => new Promise(() => undefined), connectMs: 100 });
    await expect(on.call(`${named()}/`)).resolves.toMatchObject({
      error: { code: 'UPSTREAM_UNAVAILABLE', effect: 'none', retryable: true },
    });
  });

  it('says that a name is unknown without any effect', async () => {
    const on = worker(byName());
    await expect(on.call(`${named()}/`)).resolves.toMatchObject({ error: { code: 'UPSTREAM_UNAVAILABLE', effect: 'none' } });
  });

  it('keeps connections for an idempotent tool only, and never across tenants, tools or credentials', async () => {
    const on = worker(openTo([upstream]));
    const url = `${upstream.url}/`;
    const once = { id: 'once' };
    for (let n = 0; n < 3; n += 1) await on.call(url, { tool: once });
    expect(upstream.connections).toHaveLength(3);
    const kept = { id: 'kept', idempotent: true };
    for (let n = 0; n < 3; n += 1) await on.call(url, { tool: kept });
    expect(upstream.connections).toHaveLength(4);
    await on.call(url, { tool: kept, tenantId: 'other' });
    await on.call(url, { tool: { ...kept, id: 'another' } });
    expect(upstream.connections).toHaveLength(6);
  });

  it.each([
    ['goes through the operator’s proxy', undefined, { status: 'succeeded' }, ['127.0.0.1:']],
    [
      'is denied where the proxy denies it',
      'HTTP/1.1 403 Forbidden\r\n\r\n',
      { error: { code: 'EGRESS_DENIED', effect: 'none' } },
      ['127.0.0.1:'],
    ],
    [
      'did not happen where the proxy reaches nobody',
      'HTTP/1.1 502 Bad Gateway\r\n\r\n',
      { error: { code: 'UPSTREAM_UNAVAILABLE', effect: 'none' } },
      ['127.0.0.1:'],
    ],
    [
      'did not happen where the proxy says too much',
      'HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK',
      { error: { code: 'UPSTREAM_UNAVAILABLE', effect: 'none' } },
      ['127.0.0.1:'],
    ],
  ])('%s', async (_what, answer, expected, tunnels) => {
    const proxy = await startProxy(upstream.port, answer);
    const on = worker({ ...openTo([upstream]), proxy: `http://127.0.0.1:${proxy.port}` });
    await expect(on.call(`${upstream.url}/`)).resolves.toMatchObject(expected);
    expect(proxy.tunnels).toEqual(tunnels.map((far) => `${far}${upstream.port}`));
    // Judged before: the proxy is not even asked.
    await expect(on.call('http://10.0.0.1/')).resolves.toMatchObject(denied);
    expect(proxy.tunnels).toHaveLength(1);
    await proxy.close();
  });

  it('does not read a proxy from the environment', async () => {
    const before = { ...process.env };
    Object.assign(process.env, { HTTP_PROXY: 'http://127.0.0.1:1', ALL_PROXY: 'socks5://127.0.0.1:1', NODE_USE_ENV_PROXY: '1' });
    const on = worker(openTo([upstream]));
    await expect(on.call(`${upstream.url}/`)).resolves.toMatchObject({ status: 'succeeded' });
    for (const name of ['HTTP_PROXY', 'ALL_PROXY', 'NODE_USE_ENV_PROXY']) delete process.env[name];
    expect(process.env).toEqual(before);
  });
});
