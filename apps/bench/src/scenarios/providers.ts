import { Pool } from 'undici';
import { measureThroughput } from '../measure/load.js';
import { cpuByOwner, cpuMicros, processesOf } from '../measure/processes.js';
import { rounded } from '../measure/statistics.js';
import type { Options } from '../options.js';
import { startInstance, type Instance } from '../product/instance.js';
import { Product } from '../product/product.js';
import { Requests } from '../product/requests.js';
import { machine } from '../report.js';

/** As many calls as one worker makes at once of one tool (`CALLS_PER_TOOL`), and as many connections of the bare client. */
const CONCURRENCY = 64;
const PACE = { backlog: 2_000, batch: 100 };
const PAYLOAD = { route: 'echo', argument: 'bench' };
const WORKER = 'provider-http';

interface Round {
  readonly perSecond: number;
  readonly cpuMicros: number;
}

/** `sandbox_http` through the whole product, against the same calls by a bare undici client, turn about. */
export async function measureProviders(root: string, { rounds, seconds, warmUpSeconds }: Options): Promise<unknown> {
  const instance = await startInstance(root, { EVENT_LOG: 'kafka', LOG_LEVEL: 'warn' });
  try {
    const product = await Product.connect(instance.ready, new Requests('sandbox_http', PAYLOAD));
    const url = await sandboxUrl(instance);
    await measureThroughput(product, { ...PACE, publishMs: warmUpSeconds * 1_000 });
    const measured = { product: [] as Round[], bare: [] as Round[] };
    for (let round = 1; round <= rounds; round += 1) {
      measured.product.push(await measureProduct(product, instance, seconds));
      instance.freeze();
      measured.bare.push(await measureBare(url, seconds));
      await instance.thaw();
    }
    const { lost, duplicates } = await product.verdict();
    await product.close();
    const [own, bare] = [middle(measured.product), middle(measured.bare)];
    return {
      machine: machine(),
      scenario: 'providers',
      eventLog: 'kafka',
      concurrency: CONCURRENCY,
      product: { perSecond: rounded(own.perSecond), workerCpuMicrosPerExecution: rounded(own.cpuMicros, 1) },
      bare: { perSecond: rounded(bare.perSecond), cpuMicrosPerCall: rounded(bare.cpuMicros, 1) },
      ratioToBare: rounded(own.perSecond / bare.perSecond, 3),
      cpuRatioToBare: rounded(own.cpuMicros / bare.cpuMicros, 2),
      lost,
      duplicates,
    };
  } finally {
    await instance.stop();
  }
}

/** By throughput, the round in the middle. */
const middle = (rounds: readonly Round[]): Round => {
  const sorted = [...rounds].sort((a, b) => a.perSecond - b.perSecond);
  return sorted[Math.floor(sorted.length / 2)] ?? { perSecond: 0, cpuMicros: 0 };
};

async function measureProduct(product: Product, { dataDir }: Instance, seconds: number): Promise<Round> {
  const worker = processesOf(dataDir).filter(({ owner }) => owner === WORKER);
  const before = cpuByOwner(worker).get(WORKER) ?? 0;
  const { executions, perSecond } = await measureThroughput(product, { ...PACE, publishMs: seconds * 1_000 });
  return { perSecond, cpuMicros: ((cpuByOwner(worker).get(WORKER) ?? 0) - before) / executions };
}

async function measureBare(url: URL, seconds: number): Promise<Round> {
  const pool = new Pool(url.origin, { connections: CONCURRENCY, pipelining: 1 });
  const before = cpuMicros(process.pid);
  const begun = performance.now();
  let calls = 0;
  const caller = async (): Promise<void> => {
    while (performance.now() - begun < seconds * 1_000) {
      const { body } = await pool.request({ method: 'GET', path: url.pathname, headers: { accept: '*/*' } });
      await body.text();
      calls += 1;
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, caller));
  const elapsedMs = performance.now() - begun;
  await pool.close();
  return { perSecond: (calls / elapsedMs) * 1_000, cpuMicros: (cpuMicros(process.pid) - before) / calls };
}

/** What the tool calls, as its definition says. */
async function sandboxUrl({ ready, adminKey }: Instance): Promise<URL> {
  const pool = new Pool(ready.url);
  const { body } = await pool.request({ method: 'GET', path: '/api/tools/sandbox_http', headers: { authorization: `Bearer ${adminKey}` } });
  const { endpoint } = (await body.json()) as { endpoint: { url: string } };
  await pool.close();
  return new URL(endpoint.url.replace('{route}', PAYLOAD.route).replace('{argument}', PAYLOAD.argument));
}
