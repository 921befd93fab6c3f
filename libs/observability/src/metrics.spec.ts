import { METRICS } from './metric-names.js';
import { Metrics } from './metrics.js';

describe('Metrics', () => {
  it('gives the same metric for the same definition and shows it in the text', async () => {
    const metrics = new Metrics({ process: false });
    metrics.counter(METRICS.eventsParked).inc({ topic: 't', code: 'RECORD_MALFORMED' });
    metrics.counter(METRICS.eventsParked).inc({ topic: 't', code: 'RECORD_MALFORMED' });
    expect(await metrics.text()).toContain('toolplane_events_parked_total{topic="t",code="RECORD_MALFORMED"} 2');
  });

  it('reads a collected gauge at each scrape', async () => {
    const metrics = new Metrics({ process: false });
    let due = 1;
    metrics.gauge(METRICS.outboxDue, (gauge) => gauge.set(due));
    due = 7;
    expect(await metrics.text()).toContain('toolplane_outbox_due 7');
  });

  it('refuses one name for two kinds', () => {
    const metrics = new Metrics({ process: false });
    metrics.counter(METRICS.outboxDue);
    expect(() => metrics.histogram(METRICS.outboxDue)).toThrow('two different kinds');
  });

  it('names every metric once, with the prefix', () => {
    const names = Object.values(METRICS).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.every((name) => name.startsWith('toolplane_'))).toBe(true);
  });
});
