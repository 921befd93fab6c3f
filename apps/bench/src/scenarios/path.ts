import { Baseline } from '../baseline/baseline.js';
import { sampleSizes, type Sizes } from '../baseline/topics.js';
import { connect } from '../measure/kafka.js';
import { measureLatency, measureThroughput, type System } from '../measure/load.js';
import { cpuByOwner, cpuMicros, processesOf } from '../measure/processes.js';
import { rounded } from '../measure/statistics.js';
import type { Options } from '../options.js';
import { startInstance, type Instance } from '../product/instance.js';
import { Product } from '../product/product.js';
import { PAYLOAD, PAYLOAD_BYTES } from '../product/requests.js';
import { report, type ProductRound, type Round } from '../report.js';

const BACKLOG = 4_000;
const BATCH = 200;
const RATE_PER_SECOND = 50;
/** A path that has just been idle, or frozen, is not yet fast again. */
const RENEWED_WARM_UP_MS = 4_000;

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** The whole product against bare kafkajs and pg, turn about, on one broker and one database: whoever is not measured stands still. */
export async function measurePath(root: string, options: Options): Promise<unknown> {
  const instance = await startInstance(root, { EVENT_LOG: 'kafka', LOG_LEVEL: 'warn' });
  try {
    const product = await Product.connect(instance.ready);
    say(`warming up for ${options.warmUpSeconds} s`);
    await load(product, options.warmUpSeconds * 1_000);
    const rounds = { product: [] as ProductRound[], baseline: [] as Round[] };
    let sizes: Sizes | undefined;
    for (let round = 1; round <= options.rounds; round += 1) {
      if (round > 1) await load(product, RENEWED_WARM_UP_MS);
      rounds.product.push(await measureProduct(product, instance, options));
      sizes ??= await sampleSizes(connect(instance.ready.brokers, 'bench-sizes'));
      instance.freeze();
      rounds.baseline.push(await measureBaseline(instance, sizes, options));
      await instance.thaw();
      say(`round ${round}: product ${shown(rounds.product.at(-1))}, baseline ${shown(rounds.baseline.at(-1))}`);
    }
    const verdict = await product.verdict();
    await product.close();
    return {
      ...report({ eventLog: 'kafka', payloadBytes: PAYLOAD_BYTES, ratePerSecond: RATE_PER_SECOND, ...rounds, verdict }),
      recordBytes: sizes,
    };
  } finally {
    await instance.stop();
  }
}

const load = (system: System, publishMs: number) => measureThroughput(system, { publishMs, backlog: BACKLOG, batch: BATCH });

async function measureProduct(product: Product, { dataDir }: Instance, options: Options): Promise<ProductRound> {
  const processes = processesOf(dataDir);
  const before = cpuByOwner(processes).set('driver', cpuMicros(process.pid));
  const throughput = await load(product, options.seconds * 1_000);
  const after = cpuByOwner(processes).set('driver', cpuMicros(process.pid));
  const cpu = [...after].map(([owner, micros]) => [nameOf(owner), rounded((micros - (before.get(owner) ?? 0)) / throughput.executions, 1)]);
  const latencies = await measureLatency(product, { perSecond: RATE_PER_SECOND, requests: options.latencyRequests });
  return { throughput, latencies, cpuMicros: Object.fromEntries(cpu) as Record<string, number> };
}

/** The worker that runs `echo` is the provider of this path. */
const nameOf = (owner: string): string => (owner === 'provider-dummy' ? 'provider' : owner === 'cli' ? 'launcher' : owner);

async function measureBaseline({ ready }: Instance, sizes: Sizes, options: Options): Promise<Round> {
  const baseline = await Baseline.start(ready, sizes, PAYLOAD);
  try {
    await load(baseline, RENEWED_WARM_UP_MS);
    const throughput = await load(baseline, options.seconds * 1_000);
    return { throughput, latencies: await measureLatency(baseline, { perSecond: RATE_PER_SECOND, requests: options.latencyRequests }) };
  } finally {
    await baseline.stop();
  }
}

const shown = (round: Round | undefined): string => `${round?.throughput.perSecond.toFixed(0)}/s`;
