import { measureLatency, measureThroughput } from '../measure/load.js';
import { percentile, rounded } from '../measure/statistics.js';
import type { Options } from '../options.js';
import { CommandLineProduct } from '../product/command-line-product.js';
import { HttpClient } from '../product/http-client.js';
import { startInstance } from '../product/instance.js';
import { PAYLOAD_BYTES } from '../product/requests.js';
import { machine } from '../report.js';

const PACE = { backlog: 2_000, batch: 100 };
const RATE_PER_SECOND = 50;

/** The whole path on the embedded log. Latency is that of a waiting HTTP client: nobody else is told at once. */
export async function measureEmbedded(root: string, { seconds, warmUpSeconds, latencyRequests }: Options): Promise<unknown> {
  const instance = await startInstance(root, { EVENT_LOG: 'embedded', LOG_LEVEL: 'warn' });
  const product = await CommandLineProduct.connect(root, instance);
  const client = new HttpClient(instance);
  try {
    await measureThroughput(product, { ...PACE, publishMs: (warmUpSeconds * 1_000) / 2 });
    const { executions, perSecond, drainPerSecond, wallSeconds } = await measureThroughput(product, {
      ...PACE,
      publishMs: seconds * 1_000,
    });
    const lost = await product.lost();
    const latencies = await measureLatency(
      { request: () => client.execute({ wait: true }) },
      { perSecond: RATE_PER_SECOND, requests: latencyRequests },
    );
    const of = (share: number): number => rounded(percentile(latencies, share), 2);
    return {
      machine: machine(),
      scenario: 'embedded',
      eventLog: 'embedded',
      payloadBytes: PAYLOAD_BYTES,
      executions,
      throughput: { perSecond: rounded(perSecond), drainPerSecond: rounded(drainPerSecond), wallSeconds: rounded(wallSeconds, 2) },
      waitMs: { ratePerSecond: RATE_PER_SECOND, p50: of(0.5), p95: of(0.95), p99: of(0.99) },
      lost,
    };
  } finally {
    await Promise.all([client.close(), product.close()]);
    await instance.stop();
  }
}
