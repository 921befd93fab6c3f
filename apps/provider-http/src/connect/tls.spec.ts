import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { dispatched, testWorker } from '@toolplane/provider-kit/testing';
import { answering, openTo, providerUnder, startTlsUpstream } from '../testing/upstream.js';

const file = (name: string): string => fileURLToPath(new URL(`../testing/tls/${name}.pem`, import.meta.url));
const pem = (name: string): string => readFileSync(file(name), 'utf8');
const untrusted = { status: 'failed', error: { code: 'UPSTREAM_REJECTED', effect: 'none', retryable: false } };

/** Calls https://api.example.com, which is a server on loopback with this certificate. */
async function call(cert: string, caFile?: string): Promise<{ readonly report: unknown; readonly requests: number }> {
  const upstream = await startTlsUpstream(answering('{"ok":true}'), { cert: pem(cert), key: pem('test-only-key') });
  const origin = `https://api.example.com:${upstream.port}`;
  const provider = providerUnder(openTo([upstream], [{ origin, ...(caFile && { caFile }) }]), {
    hosts: { 'api.example.com': ['127.0.0.1'] },
  });
  const worker = testWorker(provider);
  const [report] = await worker.run(dispatched(provider, { spec: { url: `${origin}/` } }));
  await worker.close();
  await upstream.close();
  return { report, requests: upstream.requests.length };
}

describe('TLS', () => {
  it('trusts an authority that the operator names for the origin', async () => {
    await expect(call('named', file('authority'))).resolves.toMatchObject({
      report: { status: 'succeeded', output: { ok: true } },
      requests: 1,
    });
  });

  it.each([
    ['an authority that nobody named', 'named', undefined],
    ['a certificate of another host', 'another', file('authority')],
    ['a certificate of the dialled address only', 'address', file('authority')],
    ['a certificate that has expired', 'expired', file('authority')],
  ])('refuses %s, before anything is sent', async (_what, cert, caFile) => {
    await expect(call(cert, caFile)).resolves.toMatchObject({ report: untrusted, requests: 0 });
  });

  it('calls nothing where the authority’s file cannot be read', async () => {
    await expect(call('named', file('absent'))).resolves.toMatchObject({ report: { error: { code: 'EGRESS_DENIED' } }, requests: 0 });
  });
});
