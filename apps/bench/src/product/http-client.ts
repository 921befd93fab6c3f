import { randomUUID } from 'node:crypto';
import { Pool } from 'undici';
import type { Instance } from './instance.js';
import { PAYLOAD } from './requests.js';

/** One client of the public API with as many connections as it needs. */
export class HttpClient {
  private readonly pool: Pool;
  private readonly body = JSON.stringify({ payload: PAYLOAD });

  constructor(private readonly instance: Pick<Instance, 'ready' | 'adminKey'>) {
    this.pool = new Pool(instance.ready.url, { connections: 256, pipelining: 1 });
  }

  /** One execution of `echo`; resolves with how long its answer took, in milliseconds. Any answer but the wanted one is an error. */
  async execute({ wait }: { readonly wait: boolean }): Promise<number> {
    const begun = performance.now();
    const { statusCode, body } = await this.pool.request({
      method: 'POST',
      path: '/api/tools/echo/execute',
      headers: {
        authorization: `Bearer ${this.instance.adminKey}`,
        'content-type': 'application/json',
        'idempotency-key': randomUUID(),
        ...(wait ? { prefer: 'wait=10' } : {}),
      },
      body: this.body,
    });
    await body.dump();
    if (statusCode !== (wait ? 200 : 202)) throw new Error(`answered with ${statusCode}`);
    return performance.now() - begun;
  }

  close(): Promise<void> {
    return this.pool.close();
  }
}
