import type { ErrorCode } from '@toolplane/contracts/errors';
import { newId } from '@toolplane/contracts/ids';
import { breakerId } from '../breakers/breaker-id.js';
import type { Provider } from '../provider.js';
import type { Report } from '../worker/reporter.js';
import { dispatched, type Dispatching } from './dispatched.js';
import { testWorker, type FakeSecrets, type TestWorker } from './test-worker.js';

/** The calls that show what a provider does. */
export interface ConformanceCases {
  /** Succeeds, the same way each time, within a second. */
  readonly succeeds: Dispatching & { readonly output: unknown };
  /** Lasts for more than ten seconds, unless it heeds its signal. */
  readonly lasts: Dispatching;
  /** Fails with a code of the catalogue. */
  readonly fails: readonly (Dispatching & { readonly code: ErrorCode; readonly effect?: 'none' | 'possible' })[];
  /** A definition that the provider's schema refuses. */
  readonly unreadable: unknown;
  readonly secrets?: FakeSecrets;
}

/** A machine under load makes any call last: `running` may stand before what a test is about. */
const ends = ({ reports }: TestWorker): readonly Report['data'][] =>
  reports.map(({ data }) => data).filter(({ status }) => status !== 'running');

/** What the platform expects of every provider, as a suite of its own: call it in the provider's spec file. */
export function providerConformance(provider: Provider | (() => Provider), given: ConformanceCases | (() => ConformanceCases)): void {
  describe('what every provider does', () => {
    let tested: Provider;
    let cases: ConformanceCases;
    let on: TestWorker;

    beforeEach(() => {
      tested = typeof provider === 'function' ? provider() : provider;
      cases = typeof given === 'function' ? given() : given;
      on = testWorker(tested, { secrets: cases.secrets ?? {} });
    });
    afterEach(() => on.close());

    it('answers a call with its output, once', async () => {
      const { output, ...call } = cases.succeeds;
      await expect(on.run(dispatched(tested, call))).resolves.toEqual([expect.objectContaining({ status: 'succeeded', output })]);
      expect(ends(on)).toHaveLength(1);
    });

    it('answers an attempt the same way when it is made again', async () => {
      const event = dispatched(tested, cases.succeeds);
      const [first] = await on.run(event);
      const again = testWorker(tested, { secrets: cases.secrets ?? {} });
      const [second] = await again.run(event);
      expect(second?.output).toEqual(first?.output);
      expect(again.reports.at(-1)?.id).toBe(on.reports.at(-1)?.id);
      await again.close();
    });

    it('makes many calls side by side and mixes none up', async () => {
      const events = Array.from({ length: 50 }, (_, index) => dispatched(tested, { ...cases.succeeds, tenantId: `tenant-${index % 5}` }));
      await on.run(...events);
      expect(new Set(ends(on).map(({ executionId }) => executionId)).size).toBe(50);
      expect(ends(on).filter(({ status }) => status !== 'succeeded')).toEqual([]);
    });

    it('reports PROVIDER_TIMEOUT at its deadline and lets go of the call', async () => {
      const event = dispatched(tested, { ...cases.lasts, tool: { ...cases.lasts.tool, timeoutMs: 150 } });
      await expect(on.run(event)).resolves.toEqual([
        expect.objectContaining({ status: 'failed', error: expect.objectContaining({ code: 'PROVIDER_TIMEOUT' }) as unknown }),
      ]);
      await on.until(() => on.worker.state.running === 0, 1_000);
    });

    it('says once that a call is running when it lasts', async () => {
      await on.run(dispatched(tested, { ...cases.lasts, tool: { ...cases.lasts.tool, timeoutMs: 600 } }));
      expect(on.reports.map(({ data }) => data.status)).toEqual(['running', 'failed']);
    });

    it('lets go of its calls when the worker is shut down, and claims nothing about them', async () => {
      await on.worker.accept([dispatched(tested, cases.lasts)]);
      await on.worker.drain({ withinMs: 50, flushMs: 50 });
      await on.until(() => on.worker.state.running === 0, 1_000);
      expect(ends(on)).toEqual([]);
    });

    it('fails with codes of the catalogue', async () => {
      for (const { code, effect, ...call } of cases.fails) {
        const [report] = await on.run(dispatched(tested, call));
        expect(report).toMatchObject({ status: 'failed', error: { code, ...(effect && { effect }) } });
      }
    });

    it('refuses a definition that it cannot read, without any effect', async () => {
      await expect(on.run(dispatched(tested, { ...cases.succeeds, spec: cases.unreadable }))).resolves.toEqual([
        expect.objectContaining({
          status: 'failed',
          error: expect.objectContaining({ code: 'PROVIDER_FAILED', effect: 'none' }) as unknown,
        }),
      ]);
    });

    it('makes no call while the breaker of its destination is open', async () => {
      const origins = [cases.succeeds, ...cases.fails].map((call) => ({ call, origin: tested.origin?.(call.spec as never) ?? null }));
      for (const { call, origin } of origins) {
        if (origin === null) continue;
        const toolId = newId();
        on.breakers.force(breakerId({ tenantId: 'demo', toolId, origin }), 'open');
        await expect(on.run(dispatched(tested, { ...call, tool: { ...call.tool, id: toolId } }))).resolves.toEqual([
          expect.objectContaining({ error: expect.objectContaining({ code: 'PROVIDER_CIRCUIT_OPEN', effect: 'none' }) as unknown }),
        ]);
      }
    });

    it('lets no secret out', async () => {
      await on.run(...[cases.succeeds, ...cases.fails].map((call) => dispatched(tested, call)));
      const text = JSON.stringify(on.reports);
      for (const value of Object.values(cases.secrets ?? {}).flatMap((byOrigin) => Object.values(byOrigin)))
        expect(text).not.toContain(value);
    });
  });
}
