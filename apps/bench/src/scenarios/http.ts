import { measureLatency } from '../measure/load.js';
import { percentile, rounded } from '../measure/statistics.js';
import type { Options } from '../options.js';
import { HttpClient } from '../product/http-client.js';
import { startInstance } from '../product/instance.js';
import { machine } from '../report.js';

const RATES = [20, 50, 100, 200];
const WARM_UP_REQUESTS = 500;

/** Accepting over HTTP, and waiting for the answer (`Prefer: wait`), at several rates in an open loop. */
export async function measureHttp(root: string, { seconds }: Options): Promise<unknown> {
  const instance = await startInstance(root, { EVENT_LOG: 'kafka', LOG_LEVEL: 'warn' });
  const client = new HttpClient(instance);
  try {
    await measureLatency({ request: () => client.execute({ wait: true }) }, { perSecond: 100, requests: WARM_UP_REQUESTS });
    const at = async (ratePerSecond: number, wait: boolean) => {
      let errors = 0;
      const request = (): Promise<number> => client.execute({ wait }).catch(() => ((errors += 1), Number.NaN));
      const all = await measureLatency({ request }, { perSecond: ratePerSecond, requests: ratePerSecond * seconds });
      const sample = all.filter((latency) => !Number.isNaN(latency));
      const of = (share: number): number => rounded(percentile(sample, share), 2);
      return { ratePerSecond, requests: all.length, errors, p50: of(0.5), p95: of(0.95), p99: of(0.99) };
    };
    const accept = [];
    const wait = [];
    for (const rate of RATES) {
      accept.push(await at(rate, false));
      wait.push(await at(rate, true));
    }
    return { machine: machine(), scenario: 'http', eventLog: 'kafka', acceptMs: accept, waitMs: wait };
  } finally {
    await client.close();
    await instance.stop();
  }
}
