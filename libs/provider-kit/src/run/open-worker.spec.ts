import { setTimeout as wait } from 'node:timers/promises';
import { Type } from 'typebox';
import { loadConfig } from '@toolplane/config';
import { readCloudEvent, type CloudEvent } from '@toolplane/contracts/envelope';
import {
  dispatchedTopic,
  ToolControlChanged,
  ToolInvocationReported,
  ToolProviderHealthChanged,
  TOPICS,
} from '@toolplane/contracts/events';
import { newId } from '@toolplane/contracts/ids';
import { golden } from '@toolplane/contracts/testing';
import { CoalescingPublisher, openEventLog, type EventLog } from '@toolplane/messaging';
import { createLogger } from '@toolplane/observability';
import { breakerId } from '../breakers/breaker-id.js';
import { Breakers } from '../breakers/breakers.js';
import { defineProvider } from '../provider.js';
import { dispatched } from '../testing/dispatched.js';
import { openWorker, type RunningWorker } from './open-worker.js';
import { workerConfig } from './worker-config.js';

const logger = createLogger({ service: 'provider-dummy', level: 'silent' });
const calls: string[] = [];
const counting = defineProvider({
  name: 'dummy',
  spec: Type.Object({}),
  async invoke({ payload }, { executionId, sleep }) {
    calls.push(executionId);
    await sleep(typeof payload.ms === 'number' ? payload.ms : 0);
    return payload;
  },
});

describe('a worker on the event log', () => {
  const url = process.env.TOOLPLANE_TEST_POSTGRES ?? '';
  const config = loadConfig(workerConfig({ name: 'provider-dummy', port: 0 }), { EVENT_LOG: 'embedded', EVENT_LOG_URL: url });
  let log: EventLog;
  let publisher: CoalescingPublisher;
  const reports: CloudEvent<string, ToolInvocationReported['data']>[] = [];
  const health: ToolProviderHealthChanged['data'][] = [];
  const dispatch = async (input: Record<string, unknown>, count = 1): Promise<readonly string[]> => {
    const events = Array.from({ length: count }, () => {
      const { record: _record, ...event } = dispatched(counting, { input });
      return { ...event, topic: dispatchedTopic('dummy') };
    });
    await publisher.publish(events);
    return events.map(({ data }) => data.executionId);
  };
  const until = async (holds: () => boolean): Promise<void> => {
    for (const end = Date.now() + 15_000; !holds(); await wait(20)) if (Date.now() > end) throw new Error('not within 15 s');
  };
  const get = ({ app }: RunningWorker, url: string): Promise<object> => app.inject({ method: 'GET', url });
  const statusCodeOf = async ({ app }: RunningWorker, url: string): Promise<number> =>
    (await app.inject({ method: 'GET', url })).statusCode;
  const statusOf = (id: string): readonly string[] => reports.filter(({ data }) => data.executionId === id).map(({ data }) => data.status);

  beforeAll(async () => {
    log = openEventLog(config.eventLog);
    const topics = [dispatchedTopic('dummy'), ToolInvocationReported.topic, ToolControlChanged.topic, ToolProviderHealthChanged.topic];
    await log.ensureTopics(TOPICS.filter(({ name }) => topics.includes(name)));
    publisher = new CoalescingPublisher(log);
    log.subscribe({
      group: null,
      name: 'spec',
      topics: [ToolInvocationReported.topic, ToolProviderHealthChanged.topic],
      from: 'start',
      onRecords: ({ records, done }) => {
        for (const { value, headers, offset } of records) {
          const read = readCloudEvent(headers, value);
          if (!('event' in read)) continue;
          if (read.event.type === ToolProviderHealthChanged.type) health.push(read.event.data as ToolProviderHealthChanged['data']);
          else reports.push(read.event as (typeof reports)[number]);
          done(offset + 1n);
        }
        return Promise.resolve();
      },
    });
  });
  afterAll(() => log.close());

  it('serves its health, calls what is dispatched once, and reports it', async () => {
    const running = await openWorker(counting, config, logger);
    const ids = await dispatch({ text: 'hi' }, 50);
    await until(() => ids.every((id) => statusOf(id).length > 0));
    expect(ids.map(statusOf)).toEqual(ids.map(() => ['succeeded']));
    expect(calls.filter((id) => ids.includes(id))).toHaveLength(50);
    // Each of its consumers has joined by then, or does so in a moment.
    for (const end = Date.now() + 15_000; (await statusCodeOf(running, '/readyz')) !== 200 && Date.now() < end;) await wait(20);
    await expect(get(running, '/readyz')).resolves.toMatchObject({ body: expect.stringContaining('"status":"ok"') as unknown });
    await expect(get(running, '/livez')).resolves.toMatchObject({ statusCode: 200, body: '{"status":"ok"}' });
    await expect(get(running, '/metrics')).resolves.toMatchObject({
      body: expect.stringContaining('toolplane_provider_call_seconds_count{result="succeeded"} 50') as unknown,
    });
    await running.close();
  });

  it('lets running calls end and report when it is closed, and another worker makes none of them again', async () => {
    let running: RunningWorker | undefined = await openWorker(counting, config, logger);
    const [slow = ''] = await dispatch({ ms: 1_000 });
    await until(() => calls.includes(slow));
    await running.close();
    await until(() => statusOf(slow).includes('succeeded'));
    running = await openWorker(counting, config, logger);
    const [next = ''] = await dispatch({});
    await until(() => statusOf(next).includes('succeeded'));
    expect(calls.filter((id) => id === slow)).toHaveLength(1);
    await running.close();
  });

  it('says that it is up, and in the end that it is down', async () => {
    const running = await openWorker(counting, config, logger);
    await until(() => health.at(-1)?.status === 'up');
    await running.close();
    await until(() => health.at(-1)?.status === 'down');
    expect(health.at(-1)).toMatchObject({ provider: 'dummy', breaker: null });
  });

  it('knows what was stopped before it began to read', async () => {
    const { record: _record, ...event } = dispatched(counting);
    const toolId = event.data.tool.id;
    const stop = golden(ToolControlChanged, { kind: 'kill_switch', target: { type: 'tool', id: toolId }, on: true });
    await publisher.publish([{ ...event, topic: dispatchedTopic('dummy') }]);
    await publisher.publish([{ ...stop, id: newId() }]);
    const running = await openWorker(counting, config, logger);
    await until(() => statusOf(event.data.executionId).length > 0);
    expect(calls).not.toContain(event.data.executionId);
    expect(statusOf(event.data.executionId)).toEqual(['failed']);
    await running.close();
  });

  it('heeds what another worker’s breaker does, and what an operator orders', async () => {
    const standing = defineProvider({ ...counting, origin: () => 'somewhere' });
    const running = await openWorker(standing, config, logger);
    const { record: _record, ...event } = dispatched(standing);
    const toolId = event.data.tool.id;
    const to = { tenantId: 'demo', toolId, origin: 'somewhere' };
    const id = breakerId(to);
    const breakers = running.app.get(Breakers);
    const told = { id, toolId, origin: 'somewhere', state: 'open', since: new Date().toISOString(), retryAfterMs: 15_000 } as const;
    await publisher.publish([
      { ...golden(ToolProviderHealthChanged, { provider: 'dummy', worker: 'another', breaker: told }), id: newId() },
    ]);
    await until(() => breakers.stateOf(to) === 'open');
    await publisher.publish([{ ...event, topic: dispatchedTopic('dummy') }]);
    await until(() => statusOf(event.data.executionId).length > 0);
    expect(reports.find(({ data }) => data.executionId === event.data.executionId)?.data.error).toMatchObject({
      code: 'PROVIDER_CIRCUIT_OPEN',
    });
    const order = golden(ToolControlChanged, { kind: 'breaker', target: { type: 'breaker', id }, on: true, state: 'closed', revision: 50 });
    await publisher.publish([{ ...order, id: newId() }]);
    await until(() => breakers.stateOf(to) === 'closed');
    await running.close();
  });

  it('starts where the event log is away, and says that it is not ready', async () => {
    const away = { ...config, eventLog: { kind: 'embedded', url: 'postgres://nobody@127.0.0.1:1/none' } } as const;
    const running = await openWorker(counting, away, logger);
    await expect(get(running, '/readyz')).resolves.toMatchObject({ statusCode: 503 });
    await expect(get(running, '/livez')).resolves.toMatchObject({ statusCode: 200 });
    await running.close();
  });
});
