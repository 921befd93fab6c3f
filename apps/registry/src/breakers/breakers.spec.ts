import type { Breaker, Tool } from '@toolplane/contracts/documents';
import { checkEvent, ToolControlChanged, ToolProviderHealthChanged } from '@toolplane/contracts/events';
import { golden } from '@toolplane/contracts/testing';
import { eventually } from '@toolplane/service-kit/testing';
import { as, echo, testRegistry } from '../testing/test-registry.js';
import { OnToolProviderHealthChanged } from './on-tool-provider-health-changed.js';

type State = Breaker['state'];

describe('breakers', () => {
  const registry = testRegistry();
  let toolId = '';
  let second = 0;
  /** Each a second after the one before. */
  const event = (tenantid: string, data: Partial<ToolProviderHealthChanged['data']>) => ({
    ...golden(ToolProviderHealthChanged, data), tenantid, time: new Date(Date.UTC(2026, 10, 21, 1, 0, (second += 1))).toISOString(),
  });
  const told = (worker: string, state: State, { tenant = 'demo', n = 1 } = {}) =>
    event(tenant, { worker, breaker: { id: `${tenant}:${toolId}:${n}`, toolId, origin: `https://api${n}.example.com`, state, since: '2026-11-21T01:00:00.000Z', retryAfterMs: state === 'open' ? 30_000 : null } });
  const came = (worker: string, status: 'up' | 'draining' | 'down' = 'up') => event('*', { worker, status, breaker: null });
  const deliver = (...events: ReturnType<typeof event>[]) => registry.deliver(OnToolProviderHealthChanged, events);
  const list = async (tenant = 'demo', query = ''): Promise<{ items: Breaker[]; next: string | null }> =>
    (await registry.http<{ items: Breaker[]; next: string | null }>({ method: 'GET', url: `/api/breakers${query}`, as: as(tenant) })).body;
  const states = async (tenant = 'demo') => (await list(tenant)).items.map(({ state, workers }) => [state, ...workers.map((one) => one.state)]);
  const order = (id: string, what: string, body?: object, caller = as('demo')) => registry.http<Breaker>({ method: 'POST', url: `/api/breakers/${id}/${what}`, ...(body && { body }), as: caller });

  beforeAll(async () => {
    await registry.provision('acme');
    toolId = (await registry.http<Tool>({ method: 'POST', url: '/api/tools', body: { ...echo, name: 'fragile' } })).body.id;
  });
  beforeEach(() => registry.database.query('delete from registry.breakers; delete from registry.forced_breakers'));

  it('are shown as the workers tell of them, the worst first', async () => {
    await deliver(came('w1'), told('w1', 'closed'), told('w2', 'open'));
    expect((await list()).items).toEqual([{
      id: `demo:${toolId}:1`, toolId, toolName: 'fragile', origin: 'https://api1.example.com', provider: 'http', state: 'open', since: '2026-11-21T01:00:00.000Z', retryAfterMs: 30_000, forced: null,
      workers: [
        { worker: 'w1', state: 'closed', since: '2026-11-21T01:00:00.000Z', retryAfterMs: null },
        { worker: 'w2', state: 'open', since: '2026-11-21T01:00:00.000Z', retryAfterMs: 30_000 },
      ],
    }]);
    expect(await states('acme')).toEqual([]);
  });

  it('follow the newest word, however often and in whatever batches it comes', async () => {
    const [open, half, closed] = [told('w1', 'open'), told('w1', 'half_open'), told('w1', 'closed')];
    await deliver(open, half);
    expect(await states()).toEqual([['half_open', 'half_open']]);
    await deliver(closed);
    await deliver(open, half);
    expect(await states()).toEqual([['closed', 'closed']]);
  });

  it('go with their worker, and begin anew with it', async () => {
    await deliver(told('w1', 'open'), told('w2', 'half_open'));
    await deliver(came('w1', 'draining'));
    expect(await states()).toEqual([['open', 'open', 'half_open']]);
    await deliver(came('w1', 'down'));
    expect(await states()).toEqual([['half_open', 'half_open']]);
    await deliver(told('w2', 'open'), came('w2'), told('w2', 'closed'));
    expect(await states()).toEqual([['closed', 'closed']]);
  });

  it.each([['open', 'open'], ['close', 'closed'], ['probe', 'probe']] as const)('are told to %s', async (what, state) => {
    const id = `demo:${toolId}:1`;
    await deliver(told('w1', what === 'open' ? 'closed' : 'open'));
    const { status, body } = await order(id, what, { reason: 'maintenance' });
    expect({ status, body }).toMatchObject({ status: 200, body: { id, state: 'open', forced: { state, reason: 'maintenance', changedBy: { type: 'user', id: 'tester' } } } });
    const said = await eventually(() => {
      const found = registry.published(ToolControlChanged).filter(({ data }) => data.kind === 'breaker' && data.state === state);
      expect(found).toHaveLength(1);
      return found[0];
    });
    expect(checkEvent(ToolControlChanged, said?.data)).toBeNull();
    expect(said).toMatchObject({ tenantid: 'demo', data: { target: { type: 'breaker', id }, on: true, state, reason: 'maintenance' } });
  });

  it('need no body, and somebody who may', async () => {
    const id = `demo:${toolId}:1`;
    await deliver(told('w1', 'open'));
    expect((await order(id, 'close')).body).toMatchObject({ forced: { state: 'closed', reason: null } });
    for (const role of ['viewer', 'operator', 'builder']) expect((await order(id, 'close', {}, as('demo', role))).status).toBe(403);
    for (const [one, what] of [[id, 'explode'], [id, 'constructor'], ['demo:nothing:1', 'open'], ['x', 'open']] as const) expect((await order(one, what)).status).toBe(404);
    expect((await order(id, 'open', {}, as('acme'))).status).toBe(404);
  });

  it('are listed page by page', async () => {
    await deliver(told('w1', 'open', { n: 1 }), told('w1', 'open', { n: 2 }), told('w1', 'open', { n: 3 }), told('w2', 'open', { n: 3 }));
    const first = await list('demo', '?limit=2');
    const second = await list('demo', `?limit=2&cursor=${first.next}`);
    expect([...first.items, ...second.items].map(({ origin }) => origin)).toEqual([1, 2, 3].map((n) => `https://api${n}.example.com`));
    expect(second.next).toBeNull();
  });
});
