import { brotliCompressSync, gzipSync } from 'node:zlib';
import { dispatched, testWorker } from '@toolplane/provider-kit/testing';
import { answering, openTo, providerUnder, startUpstream } from '../testing/upstream.js';

const MIB = 1_048_576;
const json = (bytes: number): string => JSON.stringify('x'.repeat(bytes - 2));

describe('the bounds of an answer', () => {
  const answer = async (...given: Parameters<typeof answering>): Promise<unknown> => {
    const upstream = await startUpstream(answering(...given));
    const provider = providerUnder(openTo([upstream]));
    const worker = testWorker(provider);
    const [report] = await worker.run(dispatched(provider, { spec: { url: `${upstream.url}/` } }));
    await worker.close();
    await upstream.close();
    return report;
  };

  it('let 900 KiB through whole, plain and packed', async () => {
    const body = json(900 * 1_024);
    const output = JSON.parse(body) as string;
    await expect(answer(body)).resolves.toMatchObject({ status: 'succeeded', output });
    await expect(answer(gzipSync(body), { headers: { 'content-encoding': 'gzip' } })).resolves.toMatchObject({
      status: 'succeeded',
      output,
    });
  });

  it.each<[string, string | Buffer, Record<string, string>]>([
    ['more than a MiB', json(MIB + 1), {}],
    ['a gzip bomb', gzipSync(Buffer.alloc(64 * MIB)), { 'content-encoding': 'gzip' }],
    ['brotli, which was not asked for', brotliCompressSync('{}'), { 'content-encoding': 'br' }],
    ['gzip in gzip', gzipSync(gzipSync('{}')), { 'content-encoding': 'gzip, gzip' }],
    ['what is not gzip', '{}', { 'content-encoding': 'gzip' }],
    ['HTML', '<html></html>', { 'content-type': 'application/json' }],
    ['100,000 levels', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, {}],
    ['a number that is none', '{"a":1e400}', {}],
  ])('refuse %s', async (_what, body, headers) => {
    await expect(answer(body, { headers })).resolves.toMatchObject({ status: 'failed', error: { code: 'PROVIDER_OUTPUT_INVALID' } });
  });
});
