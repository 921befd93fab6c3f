/** A metric as it is declared, once, beside its name. */
export interface MetricDefinition<Label extends string = string> {
  /** Prometheus name with unit: `toolplane_…_seconds`, `…_total`. */
  readonly name: string;
  readonly help: string;
  /** Few and bounded: never a tenant, an id or a path with ids. */
  readonly labels?: readonly Label[];
  /** Of a histogram, ascending. Default: 1 ms to 60 s. */
  readonly buckets?: readonly number[];
}

const define = <const Label extends string = never>(definition: MetricDefinition<Label>): MetricDefinition<Label> => Object.freeze(definition);

const BATCH_SIZES = [1, 2, 5, 10, 20, 50, 100, 200, 500];

/** Metrics that every service shares. A service declares its own beside the code that measures them, in the same form. */
export const METRICS = Object.freeze({
  httpSeconds: define({
    name: 'toolplane_http_request_seconds',
    help: 'Time from a request’s head to the end of its answer.',
    labels: ['method', 'route', 'status'],
  }),
  eventBatchSize: define({ name: 'toolplane_event_batch_size', help: 'Events handed to a handler at once.', labels: ['topic'], buckets: BATCH_SIZES }),
  eventBatchSeconds: define({ name: 'toolplane_event_batch_seconds', help: 'Time a handler took for a batch.', labels: ['topic', 'result'] }),
  eventsParked: define({ name: 'toolplane_events_parked_total', help: 'Records written to the dead-letter topic.', labels: ['topic', 'code'] }),
  eventsPublished: define({ name: 'toolplane_events_published_total', help: 'Events acknowledged by the event log.', labels: ['topic'] }),
  publishSeconds: define({ name: 'toolplane_publish_seconds', help: 'Time from publish to the event log’s acknowledgement.' }),
  transactionSeconds: define({ name: 'toolplane_transaction_seconds', help: 'Time of a database transaction.', labels: ['door'] }),
  outboxDue: define({ name: 'toolplane_outbox_due', help: 'Outbox rows that are due and not yet sent.' }),
  callSeconds: define({ name: 'toolplane_service_call_seconds', help: 'Time of an HTTP call to another service.', labels: ['service', 'status'] }),
  healthy: define({ name: 'toolplane_health', help: '1 where the check passes, else 0.', labels: ['check'] }),
});
