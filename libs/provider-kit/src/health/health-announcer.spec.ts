import { checkEvent, ToolProviderHealthChanged, type Outgoing } from '@toolplane/contracts/events';
import { DependencyDown } from '@toolplane/contracts/errors';
import { createLogger } from '@toolplane/observability';
import { HealthAnnouncer } from './health-announcer.js';
import { WorkerIdentity } from './worker-identity.js';

const as = new WorkerIdentity('http', 'provider-http', 'host:1');
const logger = createLogger({ service: 'provider-http', level: 'silent' });
const report = { id: 'demo:t:0', tenantId: 'demo', toolId: 't', origin: 'https://a.example.com', since: 0, retryAfterMs: 14_999.5 };

describe('news of a worker’s health', () => {
  it('are of the worker, and of its breakers under their tenants', async () => {
    const events: Outgoing<ToolProviderHealthChanged>[] = [];
    const announcer = new HealthAnnouncer({ publish: (batch) => Promise.resolve(void events.push(...batch)) }, as, logger);
    announcer.worker('up');
    announcer.breaker({ ...report, state: 'open' });
    await announcer.end(1_000);
    expect(events.map(({ data }) => checkEvent(ToolProviderHealthChanged, data))).toEqual([null, null]);
    expect(events).toMatchObject([
      { tenantid: '*', source: '/toolplane/provider-http', data: { provider: 'http', worker: 'host:1', status: 'up', breaker: null } },
      { tenantid: 'demo', data: { status: 'up', breaker: { id: 'demo:t:0', state: 'open', retryAfterMs: 15_000 } } },
    ]);
  });

  it('wait for the log, and only the newest of each goes out', async () => {
    let away = true;
    const events: Outgoing<ToolProviderHealthChanged>[] = [];
    const publish = (batch: readonly Outgoing<ToolProviderHealthChanged>[]): Promise<void> =>
      away ? Promise.reject(new DependencyDown('the event log')) : Promise.resolve(void events.push(...batch));
    const announcer = new HealthAnnouncer({ publish }, as, logger);
    announcer.breaker({ ...report, state: 'open' });
    announcer.breaker({ ...report, state: 'half_open' });
    announcer.breaker({ ...report, state: 'closed', retryAfterMs: null });
    await new Promise((resolve) => setImmediate(resolve));
    away = false;
    await announcer.end(2_000);
    expect(events.map(({ data }) => data.breaker?.state)).toEqual(['closed']);
  });
});
