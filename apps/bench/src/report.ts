import { cpus, totalmem } from 'node:os';
import type { Throughput } from './measure/load.js';
import { median, percentile, rounded } from './measure/statistics.js';
import type { Verdict } from './product/product.js';

/** What one round has measured, of the product or of the baseline. */
export interface Round {
  readonly throughput: Throughput;
  readonly latencies: readonly number[];
}

export interface ProductRound extends Round {
  /** Processor time per execution, by process. */
  readonly cpuMicros: Readonly<Record<string, number>>;
}

export const machine = () => ({
  cpus: cpus().length,
  model: cpus()[0]?.model.trim() ?? 'unknown',
  memoryBytes: totalmem(),
  platform: process.platform,
  node: process.version,
});

const byMedian = (rounds: readonly Round[], value: (round: Round) => number, digits = 1): number =>
  rounded(median(rounds.map(value)), digits);
const latency = (rounds: readonly Round[], share: number): number => byMedian(rounds, ({ latencies }) => percentile(latencies, share), 2);

export interface Measured {
  readonly eventLog: string;
  readonly payloadBytes: number;
  readonly ratePerSecond: number;
  readonly product: readonly ProductRound[];
  readonly baseline: readonly Round[];
  readonly verdict: Verdict;
}

/** The promised JSON: medians over the rounds, and each round beside them. */
export function report({ eventLog, payloadBytes, ratePerSecond, product, baseline, verdict }: Measured) {
  const perSecond = byMedian(product, ({ throughput }) => throughput.perSecond);
  const basePerSecond = byMedian(baseline, ({ throughput }) => throughput.perSecond);
  const p50 = latency(product, 0.5);
  const baseP50 = latency(baseline, 0.5);
  const owners = [...new Set(product.flatMap(({ cpuMicros }) => Object.keys(cpuMicros)))].sort();
  return {
    machine: machine(),
    eventLog,
    executions: product.reduce((sum, { throughput }) => sum + throughput.executions, 0),
    payloadBytes,
    throughput: {
      perSecond,
      drainPerSecond: byMedian(product, ({ throughput }) => throughput.drainPerSecond),
      wallSeconds: byMedian(product, ({ throughput }) => throughput.wallSeconds, 2),
      cpuMicrosPerExecution: Object.fromEntries(
        owners.map((owner) => [owner, rounded(median(product.map(({ cpuMicros }) => cpuMicros[owner] ?? 0)), 0)]),
      ),
    },
    latencyMs: { ratePerSecond, p50, p95: latency(product, 0.95), p99: latency(product, 0.99) },
    baseline: { perSecond: basePerSecond, latencyMs: { p50: baseP50, p99: latency(baseline, 0.99) } },
    ratioToBaseline: rounded(perSecond / basePerSecond, 3),
    latencyRatioToBaseline: rounded(p50 / baseP50, 3),
    ...verdict,
    rounds: {
      product: product.map(summary),
      baseline: baseline.map(summary),
    },
  };
}

const summary = ({ throughput, latencies }: Round) => ({
  perSecond: rounded(throughput.perSecond),
  executions: throughput.executions,
  p50: rounded(percentile(latencies, 0.5), 2),
  p99: rounded(percentile(latencies, 0.99), 2),
});
