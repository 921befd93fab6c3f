import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Metrics } from '@toolplane/observability';
import { ServiceClient } from './service-client.js';

const DOWN = expect.objectContaining({ name: 'DependencyDown', dependency: 'validation' }) as Error;

describe('ServiceClient', () => {
  let server: Server;
  let client: ServiceClient;
  const seen: unknown[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        seen.push({ method: request.method, url: request.url, token: request.headers['x-toolplane-token'], body: Buffer.concat(chunks).toString() });
        if (request.url === '/never') return;
        response.writeHead(request.url === '/empty' ? 204 : 404, { 'content-type': 'application/json' });
        response.end(request.url === '/empty' ? undefined : '{"code":"NOT_FOUND"}');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    client = new ServiceClient({ validation: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }, new Metrics({ process: false }));
  });
  afterAll(async () => {
    await client.onApplicationShutdown();
    await new Promise((resolve) => server.close(resolve));
  });

  it('sends token and JSON, and gives any status as an answer', async () => {
    const answer = await client.call({ service: 'validation', method: 'POST', path: '/internal/checks?x=1', token: 't', body: { a: 1 } });
    expect(answer).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
    expect(seen).toContainEqual({ method: 'POST', url: '/internal/checks?x=1', token: 't', body: '{"a":1}' });
    expect(await client.call({ service: 'validation', method: 'GET', path: '/empty' })).toMatchObject({ status: 204, body: undefined });
  });

  it('calls a service that does not answer in time down', async () => {
    await expect(client.call({ service: 'validation', method: 'GET', path: '/never', timeoutMs: 50 })).rejects.toEqual(DOWN);
  });

  it('calls a service that cannot be reached down', async () => {
    const nobody = new ServiceClient({ validation: 'http://127.0.0.1:1' }, new Metrics({ process: false }));
    await expect(nobody.call({ service: 'validation', method: 'GET', path: '/' })).rejects.toEqual(DOWN);
    await nobody.onApplicationShutdown();
  });

  it('says so where it was given no URL', async () => {
    await expect(client.call({ service: 'audit', method: 'GET', path: '/' })).rejects.toThrow('no URL of audit');
  });
});
