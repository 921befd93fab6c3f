import { testGateway } from '../testing/test-gateway.js';

const MEGABYTE = 1_048_576;

/** What strangers may try at the public edge. What they may do to a connection is tried where the edge is made, in the service kit. */
describe('the public edge', () => {
  const gateway = testGateway();
  const post = async (url: string, payload: string): Promise<{ status: number; code: unknown }> => {
    const answer = await gateway.app.inject({ method: 'POST', url, headers: { authorization: 'Bearer tp_good', 'content-type': 'application/json' }, payload });
    return { status: answer.statusCode, code: answer.json<{ code: unknown }>().code };
  };

  it.each(['/api/tools/echo/execute', '/api/tools'])('refuses by its size what is too much, before it is parsed, at %s', async (url) => {
    const bodies = [
      `{"payload":{"${'k'.repeat(MEGABYTE)}":1}}`,
      `{"payload":{${Array.from({ length: 200_000 }, (_, n) => `"${n}":0`).join(',')}}}`,
      `{"payload":{"a":[${Array(100_000).fill('"xxx"').join(',')}]}}`,
    ];
    for (const body of bodies) expect(await post(url, body)).toEqual({ status: 413, code: 'REQUEST_TOO_LARGE' });
    expect(gateway.validation.seen.concat(gateway.registry.requests('POST /api/tools'))).toEqual([]);
  });

  it('refuses what nests a hundred thousand levels deep, before it is parsed', async () => {
    const deep = `{"payload":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    expect(await post('/api/tools/echo/execute', deep)).toEqual({ status: 400, code: 'REQUEST_MALFORMED' });
  });

  it('shows nothing but health and its documents without a key', async () => {
    const get = (url: string) => gateway.send({ method: 'GET', url, headers: { authorization: '' } });
    for (const path of ['/livez', '/api/version', '/api/openapi.json', '/api/asyncapi.json', '/api/docs']) expect([path, (await get(path)).status]).toEqual([path, 200]);
    const closed = [
      '/metrics', '/debug', '/debug/pprof', '/internal/tokens', '/internal/tools/echo', '/.env', '/.git/config', '/package.json', '/main.js.map', '/api/openapi.json.map',
      '/api/%2e%2e/metrics', '/api/..%2fmetrics', '/api//tools', '//metrics', '/API/tools', '/admin', '/swagger', '/graphql',
    ];
    for (const path of closed) expect([path, (await get(path)).status]).toEqual([path, 404]);
    const { paths } = (await gateway.send<{ paths: Record<string, Record<string, { 'x-permission': string | null }>> }>({ method: 'GET', url: '/api/openapi.json' })).body;
    const withoutKey = Object.entries(paths).flatMap(([path, methods]) => Object.values(methods).flatMap((operation) => (operation['x-permission'] === null ? [path] : [])));
    expect(withoutKey.sort()).toEqual(['/api/asyncapi.json', '/api/docs', '/api/openapi.json', '/api/version', '/livez', '/readyz']);
  });

  it('takes an idempotency key of reasonable length, and of one line', async () => {
    for (const key of ['k'.repeat(10_240), 'a b', '', '\u00e9']) {
      const answer = await gateway.send({ method: 'POST', url: '/api/tools/echo/execute', headers: { 'idempotency-key': key }, body: { payload: {} } });
      expect({ key: key.slice(0, 9), status: answer.status }).toEqual({ key: key.slice(0, 9), status: 400 });
    }
    expect(gateway.validation.seen).toEqual([]);
  });

  it('lets nobody write a line of its own into an answer’s head', async () => {
    const { status, headers } = await gateway.send({ method: 'GET', url: '/api/tools%0d%0aset-cookie:%20a=b' });
    expect(status).toBe(404);
    expect(headers['set-cookie']).toBeUndefined();
  });
});
