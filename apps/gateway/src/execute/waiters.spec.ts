import { Metrics } from '@toolplane/observability';
import { Waiters } from './waiters.js';

describe('Waiters', () => {
  it('remembers a change that came before anybody waited, once', async () => {
    const waiters = new Waiters(new Metrics({ process: false }));
    const waiter = waiters.register('demo', 'e1');
    waiters.change('demo', 'e1');
    expect(await waiter.wait(1_000)).toBe('changed');
    expect(await waiter.wait(10)).toBe('time');
    waiter.close();
  });

  it('wakes everybody who waits for the execution, and forgets whoever closed', async () => {
    const waiters = new Waiters(new Metrics({ process: false }));
    const [one, two] = [waiters.register('demo', 'e1'), waiters.register('demo', 'e1')];
    const waits = [one.wait(1_000), two.wait(1_000)];
    waiters.change('demo', 'e1');
    expect(await Promise.all(waits)).toEqual(['changed', 'changed']);
    one.close();
    one.close();
    expect(waiters.size).toBe(1);
    two.close();
    expect(waiters.size).toBe(0);
  });

  it('lets everybody go when the service stops', async () => {
    const waiters = new Waiters(new Metrics({ process: false }));
    const waiter = waiters.register('demo', 'e1');
    const waiting = waiter.wait(60_000);
    waiters.beforeApplicationShutdown();
    expect(await waiting).toBe('stopped');
    expect(await waiter.wait(60_000)).toBe('stopped');
    waiter.close();
  });
});
