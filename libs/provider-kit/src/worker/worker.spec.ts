import { Type } from 'typebox';
import { DependencyDown, ToolplaneError } from '@toolplane/contracts/errors';
import { deriveEventId } from '@toolplane/contracts/ids';
import { checkEvent, ToolInvocationReported } from '@toolplane/contracts/events';
import { defineProvider, type InvocationContext, type Provider, type ProviderCall } from '../provider.js';
import { dispatched } from '../testing/dispatched.js';
import { DEFAULT_TEST_LIMITS, testWorker as startTestWorker, type TestWorker, type TestWorkerOptions } from '../testing/test-worker.js';

type Invoke = (call: ProviderCall, context: InvocationContext) => Promise<unknown>;
/** A provider that does what the test says. */
const provider = (invoke: Invoke): Provider => defineProvider({ name: 'dummy', spec: Type.Object({}), invoke });
const echo = provider(({ payload }) => Promise.resolve(payload));

/** Calls that end when the test says so. */
function held(): { provider: Provider; began: string[]; end(): void } {
  const began: string[] = [];
  const ends: (() => void)[] = [];
  return {
    began,
    provider: provider(({ payload }) => {
      began.push(String(payload.n));
      return new Promise((resolve) => ends.push(() => resolve('done')));
    }),
    end: () => ends.shift()?.(),
  };
}

describe('a worker', () => {
  const workers: TestWorker[] = [];
  const testWorker = (tested: Provider, options?: TestWorkerOptions): TestWorker => {
    const on = startTestWorker(tested, options);
    workers.push(on);
    return on;
  };
  afterEach(() => Promise.all(workers.splice(0).map((on) => on.close())));

  it('reports what a call answered, under an id that a repeat would have too', async () => {
    const on = testWorker(echo);
    const event = dispatched(echo, { input: { text: 'hi' } });
    await on.run(event);
    const [report] = on.reports;
    expect(report).toMatchObject({
      id: deriveEventId('demo', event.data.executionId, 'reported:1:succeeded'),
      source: '/toolplane/provider-dummy',
      type: 'ToolInvocationReported',
      tenantid: 'demo',
      subject: event.data.executionId,
      causationid: event.id,
      data: { attempt: 1, status: 'succeeded', output: { text: 'hi' }, worker: 'test' },
    });
    expect(checkEvent(ToolInvocationReported, report?.data)).toBeNull();
  });

  it('reports nothing as null', async () => {
    const silent = provider(() => Promise.resolve(undefined));
    const on = testWorker(silent);
    await expect(on.run(dispatched(silent))).resolves.toMatchObject([{ status: 'succeeded', output: null }]);
  });

  it('reports the codes of the catalogue as they are thrown, and anything else as INTERNAL', async () => {
    const failing = provider(({ payload }) =>
      Promise.reject(
        payload.bug
          ? new TypeError('x is not a function of "secret"')
          : new ToolplaneError('UPSTREAM_REJECTED', { httpStatus: 404, effect: 'none' }),
      ),
    );
    const on = testWorker(failing);
    const [known, bug] = await on.run(dispatched(failing), dispatched(failing, { input: { bug: true } }));
    expect(known).toMatchObject({ status: 'failed', error: { code: 'UPSTREAM_REJECTED', httpStatus: 404, effect: 'none' } });
    expect(bug).toMatchObject({ status: 'failed', error: { code: 'INTERNAL', effect: 'possible' } });
    expect(JSON.stringify(bug)).not.toContain('secret');
  });

  it('takes a provider that throws before it returns a promise', async () => {
    const rude = provider(() => {
      throw new ToolplaneError('PROVIDER_FAILED');
    });
    const on = testWorker(rude);
    await expect(on.run(dispatched(rude))).resolves.toMatchObject([{ status: 'failed', error: { code: 'PROVIDER_FAILED' } }]);
  });

  it('holds an output to the tool’s schema', async () => {
    const on = testWorker(echo);
    const tool = { outputSchema: { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] } };
    const [good, bad] = await on.run(dispatched(echo, { tool, input: { n: 1 } }), dispatched(echo, { tool, input: { n: 'one' } }));
    expect(good).toMatchObject({ status: 'succeeded' });
    expect(bad).toMatchObject({ status: 'failed', error: { code: 'PROVIDER_OUTPUT_INVALID', errors: [{ pointer: '/n' }] } });
  });

  it('redacts what the output schema marks, and a secret wherever it comes back', async () => {
    const leaky = provider(async ({ payload }, { secret }) => {
      const key = await secret('key', 'https://api.example.com');
      if (payload.fail) throw new ToolplaneError('UPSTREAM_REJECTED', { message: `refused with ${key}` });
      return { token: 't-1', text: `sent ${key} along`, plain: 'kept' };
    });
    const on = testWorker(leaky, { secrets: { key: { 'https://api.example.com': 's3cr3t-value' } } });
    const tool = { sensitive: { input: [], output: ['/token'] } };
    const [answer] = await on.run(dispatched(leaky, { tool }), dispatched(leaky, { tool, input: { fail: true } }));
    expect(answer).toMatchObject({ output: { token: '[redacted]', plain: 'kept' } });
    expect(answer?.redactions?.map(({ pointer }) => pointer)).toEqual(expect.arrayContaining(['/token', '/text']));
    expect(JSON.stringify(on.reports)).not.toContain('s3cr3t-value');
  });

  it('never begins a call past its startBy, judged by the log and not by this machine’s clock', async () => {
    const on = testWorker(echo);
    const long = Date.now() - 86_400_000;
    const fresh = dispatched(echo, { appendedAt: long });
    const late = dispatched(echo, { appendedAt: long, startBy: new Date(long - 1).toISOString() });
    const [first, second] = await on.run(fresh, late);
    expect(first?.status).toBe('succeeded');
    expect(second).toMatchObject({ status: 'not_started', error: { effect: 'none' } });
    // A newer record tells that the log has moved on.
    const newer = dispatched(echo, { appendedAt: long + 61_000 });
    const [stale] = await on.run({ ...fresh, data: { ...fresh.data, attempt: 2 } }, newer);
    expect(stale?.status).toBe('not_started');
  });

  it('begins nothing past the execution’s deadline, and ends at it what runs', async () => {
    const sleepy = provider(async (_call, { sleep }) => sleep(5_000));
    const on = testWorker(sleepy);
    const now = Date.now();
    const [past, soon] = await on.run(
      dispatched(sleepy, { appendedAt: now, deadline: new Date(now - 1_000).toISOString() }),
      dispatched(sleepy, { appendedAt: now, deadline: new Date(now + 100).toISOString() }),
    );
    expect(past).toMatchObject({ status: 'not_started', error: { code: 'EXPIRED', effect: 'none' } });
    expect(soon).toMatchObject({ status: 'failed', error: { code: 'PROVIDER_TIMEOUT', effect: 'possible' } });
  });

  it('drops what a call answers after its deadline, but keeps its place until it has ended', async () => {
    let end: (output: string) => void = () => undefined;
    const deaf = provider(() => new Promise((resolve) => (end = resolve)));
    const on = testWorker(deaf);
    await expect(on.run(dispatched(deaf, { tool: { timeoutMs: 30 } }))).resolves.toMatchObject([{ error: { code: 'PROVIDER_TIMEOUT' } }]);
    expect(on.worker.state.running).toBe(1);
    end('too late');
    await on.until(() => on.worker.state.running === 0);
    expect(on.reports).toHaveLength(1);
  });

  it('aborts the signal of a call that asks for it', async () => {
    let aborted: unknown;
    const listening = provider(
      (_call, { signal }) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject((aborted = signal.reason) as Error))),
    );
    const on = testWorker(listening);
    await on.run(dispatched(listening, { tool: { timeoutMs: 30 } }));
    expect(aborted).toMatchObject({ code: 'PROVIDER_TIMEOUT' });
    await on.until(() => on.worker.state.running === 0);
  });

  it('stops reading when too much waits, and goes on when there is room', async () => {
    const calls = held();
    const limits = { waiting: 2, calls: { ...DEFAULT_TEST_LIMITS.calls, perTool: 1 } };
    const on = testWorker(calls.provider, { limits });
    const tool = { id: 'one-tool' };
    let accepted = false;
    const accepting = on.worker
      .accept([1, 2, 3].map((n) => dispatched(calls.provider, { tool, input: { n } })))
      .then(() => (accepted = true));
    await on.until(() => calls.began.length === 1);
    expect([accepted, on.worker.state]).toEqual([false, { running: 1, waiting: 2, unpublished: 0 }]);
    calls.end();
    await accepting;
    expect(calls.began).toEqual(['1', '2']);
  });

  it('hands back what finds the queue of its tool full, while other tools go on', async () => {
    const calls = held();
    const limits = { calls: { perTool: 1, total: 10, waitingPerTool: 1 } };
    const on = testWorker(calls.provider, { limits });
    const of = (id: string, n: number): ReturnType<typeof dispatched> => dispatched(calls.provider, { tool: { id }, input: { n } });
    await on.worker.accept([of('slow', 1), of('slow', 2), of('slow', 3), of('other', 4)]);
    await on.until(() => on.reports.length === 1);
    expect(on.reports[0]?.data).toMatchObject({ status: 'not_started', error: { code: 'PROVIDER_OVERLOADED' } });
    expect(calls.began).toEqual(['1', '4']);
  });

  it('hands back what waited past its startBy while another call of its tool ran', async () => {
    const calls = held();
    const on = testWorker(calls.provider, { limits: { calls: { perTool: 1, total: 10, waitingPerTool: 10 } } });
    const tool = { id: 'slow' };
    const appendedAt = Date.now();
    const soon = new Date(appendedAt + 100).toISOString();
    await on.worker.accept([
      dispatched(calls.provider, { tool, appendedAt }),
      dispatched(calls.provider, { tool, appendedAt, startBy: soon }),
    ]);
    await on.until(() => on.reports.some(({ data }) => data.status === 'not_started'), 2_000);
    expect(on.worker.state.waiting).toBe(0);
  });

  it('begins nothing new while its reports cannot leave, and loses none', async () => {
    let away = true;
    const publisher = { publish: (): Promise<void> => (away ? Promise.reject(new DependencyDown('the event log')) : Promise.resolve()) };
    const calls = { perTool: 1, total: 1, waitingPerTool: 100 };
    const on = testWorker(echo, { publisher, limits: { calls, reports: { reports: 3, bytes: 1_000_000 } } });
    const batch = (): ReturnType<typeof dispatched>[] => Array.from({ length: 5 }, () => dispatched(echo, { tool: { id: 'one-tool' } }));
    await on.worker.accept(batch());
    await on.until(() => on.worker.state.unpublished === 3);
    let accepted = false;
    const accepting = on.worker.accept(batch()).then(() => (accepted = true));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect([accepted, on.worker.state]).toEqual([false, { running: 0, waiting: 7, unpublished: 3 }]);
    away = false;
    await accepting;
    await on.until(() => on.reports.length === 10);
    expect(new Set(on.reports.map(({ data }) => data.executionId)).size).toBe(10);
  });

  it('shuts down: what waits is handed back, what runs may end, what comes is refused', async () => {
    const calls = held();
    const on = testWorker(calls.provider, { limits: { calls: { perTool: 1, total: 10, waitingPerTool: 10 } } });
    const tool = { id: 'slow' };
    await on.worker.accept([1, 2].map((n) => dispatched(calls.provider, { tool, input: { n } })));
    const draining = on.worker.drain({ withinMs: 2_000, flushMs: 1_000 });
    await on.worker.accept([dispatched(calls.provider, { tool, input: { n: 3 } })]);
    calls.end();
    await draining;
    expect(calls.began).toEqual(['1']);
    expect(on.reports.map(({ data }) => data.status).sort()).toEqual(['not_started', 'not_started', 'succeeded']);
  });

  it('gives a call its own sequence of random numbers, the same for the same attempt', async () => {
    const lottery = provider((_call, { random }) => Promise.resolve([random(), random()]));
    const on = testWorker(lottery);
    const event = dispatched(lottery);
    const second = { ...event, data: { ...event.data, attempt: 2 } };
    const [first, retried] = await on.run(event, second);
    const again = testWorker(lottery);
    const [repeated] = await again.run(event);
    expect(repeated?.output).toEqual(first?.output);
    expect(retried?.output).not.toEqual(first?.output);
  });
});
