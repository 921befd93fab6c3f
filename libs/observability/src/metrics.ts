import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { MetricDefinition } from './metric-names.js';

const SECONDS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** The metrics of one process. Asking twice for the same definition gives the same metric. */
export class Metrics {
  private readonly registry = new Registry();
  readonly contentType = this.registry.contentType;

  /** @param process whether to add CPU, memory, event loop and garbage collection of this process. Default true. */
  constructor({ process = true }: { readonly process?: boolean } = {}) {
    if (process) collectDefaultMetrics({ register: this.registry });
  }

  counter<Label extends string>(definition: MetricDefinition<Label>): Counter<Label> {
    return this.once(definition, Counter<Label>, () => new Counter<Label>(this.settings(definition)));
  }

  /** @param collect called at each scrape; sets the value, so that nothing has to keep it up to date. */
  gauge<Label extends string>(definition: MetricDefinition<Label>, collect?: (gauge: Gauge<Label>) => void | Promise<void>): Gauge<Label> {
    return this.once(definition, Gauge<Label>, () => {
      const gauge: Gauge<Label> = new Gauge<Label>({ ...this.settings(definition), ...(collect ? { collect: () => collect(gauge) } : {}) });
      return gauge;
    });
  }

  histogram<Label extends string>(definition: MetricDefinition<Label>): Histogram<Label> {
    return this.once(
      definition,
      Histogram<Label>,
      () => new Histogram<Label>({ ...this.settings(definition), buckets: [...(definition.buckets ?? SECONDS)] }),
    );
  }

  /** What `/metrics` answers. */
  text(): Promise<string> {
    return this.registry.metrics();
  }

  private settings<Label extends string>({ name, help, labels }: MetricDefinition<Label>) {
    return { name, help, labelNames: [...(labels ?? [])], registers: [this.registry] };
  }

  private once<Metric, Label extends string>(
    { name }: MetricDefinition<Label>,
    kind: abstract new (...args: never[]) => Metric,
    make: () => Metric,
  ): Metric {
    const existing: unknown = this.registry.getSingleMetric(name);
    if (existing === undefined) return make();
    if (existing instanceof kind) return existing;
    throw new TypeError(`the metric ${name} is declared as two different kinds`);
  }
}
