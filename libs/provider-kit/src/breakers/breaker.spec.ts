import { EventEmitter } from 'node:events';
import { jest } from '@jest/globals';
import { Breaker, type BreakerState } from './breaker.js';
import { outcomeOf, type Outcome } from './outcome.js';

const TERMS = { volume: 10, errorPercentage: 50, windowMs: 10_000, openMs: 15_000 };

/** A step: calls that end so, or time that passes, or what an operator or another worker does. */
type Step = readonly [Outcome, number] | readonly ['wait', number] | readonly ['open' | 'close' | 'probe'];
const CASES: readonly (readonly [string, readonly Step[], BreakerState])[] = [
  ['stays closed under fewer calls than its volume, whatever becomes of them', [['failed', 9]], 'closed'],
  ['opens when the volume is reached and more than half failed', [['failed', 10]], 'open'],
  [
    'stays closed when just half failed',
    [
      ['answered', 10],
      ['failed', 10],
    ],
    'closed',
  ],
  [
    'opens with one failure more',
    [
      ['answered', 10],
      ['failed', 11],
    ],
    'open',
  ],
  [
    'does not count calls that say nothing',
    [
      ['unknown', 100],
      ['failed', 9],
    ],
    'closed',
  ],
  [
    'does not let them hide failures either',
    [
      ['unknown', 100],
      ['failed', 10],
    ],
    'open',
  ],
  [
    'forgets what is older than its window',
    [
      ['failed', 9],
      ['wait', 12_001],
      ['failed', 9],
    ],
    'closed',
  ],
  [
    'stays open until its time is over',
    [
      ['failed', 10],
      ['wait', 14_999],
    ],
    'open',
  ],
  [
    'is half open then',
    [
      ['failed', 10],
      ['wait', 15_000],
    ],
    'half_open',
  ],
  [
    'closes when the probe is answered',
    [
      ['failed', 10],
      ['wait', 15_000],
      ['answered', 1],
    ],
    'closed',
  ],
  [
    'opens again when the probe fails',
    [
      ['failed', 10],
      ['wait', 15_000],
      ['failed', 1],
    ],
    'open',
  ],
  [
    'for as long again',
    [
      ['failed', 10],
      ['wait', 15_000],
      ['failed', 1],
      ['wait', 14_999],
    ],
    'open',
  ],
  [
    'stays half open when the probe says nothing',
    [
      ['failed', 10],
      ['wait', 15_000],
      ['unknown', 1],
    ],
    'half_open',
  ],
  [
    'and probes with the next call',
    [
      ['failed', 10],
      ['wait', 15_000],
      ['unknown', 1],
      ['answered', 1],
    ],
    'closed',
  ],
  [
    'needs its volume anew after it has closed',
    [
      ['failed', 10],
      ['wait', 15_000],
      ['answered', 1],
      ['failed', 8],
    ],
    'closed',
  ],
  ['opens when it is told to', [['open']], 'open'],
  ['waits anew when it is told again', [['open'], ['wait', 14_000], ['open'], ['wait', 14_000]], 'open'],
  ['closes when it is told to, and forgets', [['failed', 10], ['close'], ['failed', 9]], 'closed'],
  ['probes at once when it is told to', [['failed', 10], ['probe']], 'half_open'],
  ['closes after such a probe', [['failed', 10], ['probe'], ['answered', 1]], 'closed'],
  ['opens again after such a probe, and goes on by itself', [['failed', 10], ['probe'], ['failed', 1], ['wait', 15_000]], 'half_open'],
  ['takes no probe while it is closed', [['failed', 5], ['probe']], 'closed'],
];

describe('a circuit breaker', () => {
  let ticking: NodeJS.Timeout;
  const ticker = new EventEmitter();
  const changes: BreakerState[] = [];
  const breakers: Breaker[] = [];
  const made = (): Breaker => {
    const breaker = new Breaker(TERMS, ticker, (state) => changes.push(state), Date.now);
    breakers.push(breaker);
    return breaker;
  };
  beforeEach(() => {
    jest.useFakeTimers();
    ticking = setInterval(() => ticker.emit('rotate'), 2_000);
    changes.length = 0;
  });
  afterEach(() => {
    for (const breaker of breakers.splice(0)) breaker.end();
    clearInterval(ticking);
    jest.useRealTimers();
  });
  const take = async (breaker: Breaker, [what, count = 1]: Step): Promise<void> => {
    if (what === 'open' || what === 'close' || what === 'probe') breaker[what]();
    else if (what === 'wait') await jest.advanceTimersByTimeAsync(count);
    else for (let n = 0; n < count; n += 1) breaker.enter()?.settle(what);
    await jest.advanceTimersByTimeAsync(0);
  };

  it.each(CASES)('%s', async (_title, steps, state) => {
    const breaker = made();
    for (const step of steps) await take(breaker, step);
    expect(breaker.state).toBe(state);
  });

  it('lets nothing through while it is open, and one call while it is half open', async () => {
    const breaker = made();
    await take(breaker, ['failed', 10]);
    expect(breaker.enter()).toBeNull();
    expect(breaker.retryAfterMs).toBe(15_000);
    await take(breaker, ['wait', 10_000]);
    expect(breaker.retryAfterMs).toBe(5_000);
    await take(breaker, ['wait', 5_000]);
    const probe = breaker.enter();
    expect([probe === null, breaker.enter()]).toEqual([false, null]);
    expect(breaker.retryAfterMs).toBeGreaterThan(0);
    probe?.settle('answered');
    await take(breaker, ['wait', 0]);
    expect(breaker.retryAfterMs).toBeNull();
    expect(changes).toEqual(['open', 'half_open', 'closed']);
  });

  it('does not listen to calls that began before its last change', async () => {
    const breaker = made();
    const [early, other] = [breaker.enter(), breaker.enter()];
    await take(breaker, ['failed', 10]);
    await take(breaker, ['wait', 15_000]);
    early?.settle('answered');
    other?.settle('failed');
    await take(breaker, ['wait', 0]);
    expect(breaker.state).toBe('half_open');
  });
});

describe('what a breaker counts', () => {
  it.each([
    [null, 'answered'],
    [{ code: 'UPSTREAM_UNAVAILABLE', effect: 'none' }, 'failed'],
    [{ code: 'UPSTREAM_UNAVAILABLE', effect: 'possible' }, 'failed'],
    [{ code: 'PROVIDER_TIMEOUT', effect: 'possible' }, 'failed'],
    [{ code: 'UPSTREAM_REJECTED', effect: 'possible' }, 'answered'],
    [{ code: 'UPSTREAM_REJECTED', effect: 'none' }, 'unknown'],
    [{ code: 'PROVIDER_OUTPUT_INVALID', effect: 'possible' }, 'answered'],
    [{ code: 'PROVIDER_FAILED', effect: 'possible' }, 'answered'],
    [{ code: 'PROVIDER_FAILED', effect: 'none' }, 'unknown'],
    [{ code: 'EGRESS_DENIED', effect: 'none' }, 'unknown'],
    [{ code: 'SECRET_NOT_BOUND', effect: 'none' }, 'unknown'],
    [{ code: 'REQUEST_INPUT_INVALID', effect: 'none' }, 'unknown'],
    [{ code: 'INTERNAL', effect: 'possible' }, 'unknown'],
  ] as const)('takes %j for %s', (error, outcome) => {
    expect(outcomeOf(error)).toBe(outcome);
  });
});
