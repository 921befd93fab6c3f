import { deriveExecutionId } from '@toolplane/contracts/ids';
import { dispatched, providerConformance, testWorker } from '@toolplane/provider-kit/testing';
import { dummy } from './dummy.js';

providerConformance(dummy, {
  succeeds: { spec: { response: { said: { $from: '/payload/text' } } }, input: { text: 'hi' }, output: { said: 'hi' } },
  lasts: { spec: { delayMs: 60_000 } },
  fails: [
    { spec: { failure: { rate: 1, code: 'UPSTREAM_UNAVAILABLE', retryable: true } }, code: 'UPSTREAM_UNAVAILABLE' },
    { spec: { response: { $from: '/payload/absent' } }, code: 'REQUEST_INPUT_INVALID', effect: 'none' },
  ],
  unreadable: { delayMs: 'soon' },
});

describe('the dummy provider', () => {
  const on = testWorker(dummy);
  afterAll(() => on.close());

  it('returns its payload when no response is given', async () => {
    const input = { text: 'hi', list: [1, { deep: null }] };
    await expect(on.run(dispatched(dummy, { input }))).resolves.toMatchObject([{ status: 'succeeded', output: input }]);
  });

  it('waits for its delay and a share of its jitter', async () => {
    const [report] = await on.run(dispatched(dummy, { spec: { delayMs: 60, jitterMs: 40 } }));
    expect(report?.providerMs).toBeGreaterThanOrEqual(59);
    expect(report?.providerMs).toBeLessThan(1_000);
  });

  it('fails with the code and the retryability of its definition', async () => {
    const failing = (code: string, retryable: boolean): ReturnType<typeof dispatched> =>
      dispatched(dummy, { spec: { failure: { rate: 1, code, retryable } } });
    const [twice, once, unknown] = await on.run(
      failing('UPSTREAM_REJECTED', true),
      failing('UPSTREAM_REJECTED', false),
      failing('NO_SUCH_CODE', false),
    );
    expect(twice?.error).toMatchObject({ code: 'UPSTREAM_REJECTED', retryable: true, effect: 'none' });
    expect(once?.error).toMatchObject({ code: 'UPSTREAM_REJECTED', retryable: false, effect: 'possible' });
    expect(unknown?.error).toMatchObject({ code: 'PROVIDER_FAILED' });
  });

  it('fails at its rate, the same attempts each time, others under another seed', async () => {
    // The same ids each time: what is drawn for them is the same, too.
    const events = Array.from({ length: 400 }, (_, n) => dispatched(dummy, { executionId: deriveExecutionId('demo', '/spec', String(n)) }));
    const fates = async (seed: number): Promise<readonly string[]> => {
      const fresh = testWorker(dummy);
      const spec = { seed, failure: { rate: 0.3, code: 'PROVIDER_FAILED', retryable: false } };
      const reports = await fresh.run(
        ...events.map((event) => ({ ...event, data: { ...event.data, tool: { ...event.data.tool, spec } } })),
      );
      await fresh.close();
      return reports.map(({ status }) => status);
    };
    const [first, again, other] = [await fates(1), await fates(1), await fates(2)];
    expect(first.filter((status) => status === 'failed').length / 400).toBeCloseTo(0.3, 1);
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });
});
