import { request } from 'undici';
import { startSandbox, type Sandbox } from './sandbox.js';

describe('the sandbox server', () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startSandbox(0);
  });
  afterAll(() => sandbox.close());

  it('answers with the request, but never with the key it was sent', async () => {
    const { body } = await request(`${sandbox.url}/echo/x?a=1`, { method: 'POST', headers: { 'x-sandbox-key': 'hush' }, body: '{"b":2}' });
    const text = await body.text();
    expect(JSON.parse(text)).toMatchObject({ method: 'POST', path: '/echo/x', query: { a: '1' }, authorized: true, body: { b: 2 } });
    expect(text).not.toContain('hush');
  });

  it.each([
    ['/status/503', 503],
    ['/status/204', 204],
    ['/slow/20', 200],
    ['/nothing', 404],
    ['/status/99', 404],
    ['/bytes/-1', 404],
  ])('answers %s with %i', async (path, status) => {
    const { statusCode, body } = await request(`${sandbox.url}${path}`);
    await body.dump();
    expect(statusCode).toBe(status);
  });

  it('answers with as many bytes as asked', async () => {
    const { body } = await request(`${sandbox.url}/bytes/70000`);
    expect((await body.arrayBuffer()).byteLength).toBe(70_000);
  });
});
