import type { MetricDefinition, Metrics } from '@toolplane/observability';

const CALL_SECONDS: MetricDefinition<'result'> = {
  name: 'toolplane_provider_call_seconds',
  help: 'Time of a call, from its beginning to its report, by result: succeeded or the error code.',
  labels: ['result'],
};
const NOT_STARTED: MetricDefinition<'code'> = {
  name: 'toolplane_provider_not_started_total',
  help: 'Dispatched attempts whose call never began.',
  labels: ['code'],
};
const RUNNING: MetricDefinition = { name: 'toolplane_provider_running', help: 'Calls that run now.' };
const WAITING: MetricDefinition = { name: 'toolplane_provider_waiting', help: 'Dispatched attempts that wait for their turn.' };
const UNPUBLISHED: MetricDefinition = {
  name: 'toolplane_provider_unpublished',
  help: 'Reports that the event log has not acknowledged yet.',
};

export interface WorkerState {
  readonly running: number;
  readonly waiting: number;
  readonly unpublished: number;
}

/** The worker's metrics; children are kept, because looking one up by its labels costs more than counting. */
export class WorkerMetrics {
  readonly #seconds = new Map<string, { observe(seconds: number): void }>();
  readonly #notStarted;
  readonly #histogram;

  constructor(metrics: Metrics, state: () => WorkerState) {
    this.#histogram = metrics.histogram(CALL_SECONDS);
    this.#notStarted = metrics.counter(NOT_STARTED);
    metrics.gauge(RUNNING, (gauge) => gauge.set(state().running));
    metrics.gauge(WAITING, (gauge) => gauge.set(state().waiting));
    metrics.gauge(UNPUBLISHED, (gauge) => gauge.set(state().unpublished));
  }

  call(result: string, ms: number): void {
    let child = this.#seconds.get(result);
    if (!child) {
      child = this.#histogram.labels(result);
      this.#seconds.set(result, child);
    }
    child.observe(ms / 1000);
  }

  notStarted(code: string): void {
    this.#notStarted.inc({ code });
  }
}
