import { Type } from 'typebox';
import { ToolplaneError } from '@toolplane/contracts/errors';
import { ToolControlChanged } from '@toolplane/contracts/events';
import { golden } from '@toolplane/contracts/testing';
import { breakerId } from '../breakers/breaker-id.js';
import { defineProvider } from '../provider.js';
import { dispatched, type Dispatching } from '../testing/dispatched.js';
import { testWorker, type TestWorker } from '../testing/test-worker.js';

const ORIGIN = 'https://api.example.com';
const tool = { id: 'tool-1' };

describe('the gate before a call', () => {
  let calls = 0;
  let fault: ToolplaneError | null = null;
  const counted = defineProvider({
    name: 'dummy',
    spec: Type.Object({}),
    origin: () => ORIGIN,
    invoke() {
      calls += 1;
      return fault ? Promise.reject(fault) : Promise.resolve('done');
    },
  });
  let on: TestWorker;
  beforeEach(() => {
    calls = 0;
    fault = null;
    on = testWorker(counted, { breaker: { openMs: 100 } });
  });
  afterEach(() => on.close());
  const run = (given: Dispatching = {}, times = 1) =>
    on.run(...Array.from({ length: times }, () => dispatched(counted, { tool, ...given })));
  const runOneByOne = async (times: number): Promise<void> => {
    for (let n = 0; n < times; n += 1) await run();
  };

  it('makes no call while the breaker is open, says when to come again, one call probes, and all is well', async () => {
    fault = new ToolplaneError('UPSTREAM_UNAVAILABLE', { httpStatus: 503 });
    await runOneByOne(10);
    expect(calls).toBe(10);
    const refused = await run({}, 20);
    expect(calls).toBe(10);
    for (const report of refused) {
      expect(report).toMatchObject({ status: 'failed', error: { code: 'PROVIDER_CIRCUIT_OPEN', effect: 'none', retryable: true } });
      expect(report.error?.retryAfterMs).toBeGreaterThan(0);
    }
    await on.until(() => on.changes.length === 2);
    await run({}, 5);
    expect(calls).toBe(11);
    await on.until(() => on.changes.length === 4);
    fault = null;
    await runOneByOne(12);
    expect(calls).toBe(23);
    expect(on.changes.map(({ state }) => state)).toEqual(['open', 'half_open', 'open', 'half_open', 'closed']);
  });

  it('counts a call at its deadline, and not when the provider lets go of it', async () => {
    const deaf = defineProvider({ ...counted, invoke: () => new Promise(() => undefined) });
    const hanging = testWorker(deaf, { breaker: { openMs: 60_000 } });
    const one = (): ReturnType<typeof dispatched> => dispatched(deaf, { tool: { ...tool, timeoutMs: 20 } });
    await hanging.run(...Array.from({ length: 10 }, one));
    await expect(hanging.run(one())).resolves.toMatchObject([{ error: { code: 'PROVIDER_CIRCUIT_OPEN' } }]);
    await hanging.close();
  });

  it('leaves the breaker alone where a provider calls nothing', async () => {
    const failing = defineProvider({
      name: 'dummy',
      spec: Type.Object({}),
      invoke: () => Promise.reject(new ToolplaneError('UPSTREAM_UNAVAILABLE')),
    });
    const worker = testWorker(failing);
    for (let n = 0; n < 12; n += 1) {
      await expect(worker.run(dispatched(failing, { tool }))).resolves.toMatchObject([{ error: { code: 'UPSTREAM_UNAVAILABLE' } }]);
    }
    await worker.close();
  });

  it('heeds kill switches, disabled tools and suspended tenants, also for what has been waiting', async () => {
    const stop = golden(ToolControlChanged, { kind: 'kill_switch', target: { type: 'tool', id: tool.id }, on: true, revision: 1 });
    on.controls.apply(stop);
    await expect(run()).resolves.toMatchObject([{ status: 'failed', error: { code: 'KILL_SWITCH', effect: 'none' } }]);
    await expect(run({ tenantId: 'acme' })).resolves.toMatchObject([{ status: 'succeeded' }]);
    on.controls.apply({ ...stop, data: { ...stop.data, on: false, revision: 2 } });
    await expect(run()).resolves.toMatchObject([{ status: 'succeeded' }]);
    expect(calls).toBe(2);
  });

  it('heeds a breaker that an operator forces open', async () => {
    const id = breakerId({ tenantId: 'demo', toolId: tool.id, origin: ORIGIN });
    on.breakers.force(id, 'open');
    await expect(run()).resolves.toMatchObject([{ error: { code: 'PROVIDER_CIRCUIT_OPEN', retryAfterMs: null } }]);
    expect(calls).toBe(0);
    on.breakers.force(id, null);
    await expect(run()).resolves.toMatchObject([{ status: 'succeeded' }]);
  });
});
