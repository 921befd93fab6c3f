import { createLogger } from '@toolplane/observability';
import { eventually } from '../testing/eventually.js';
import { Upkeep } from './upkeep.js';

const logger = createLogger({ service: 'upkeep', level: 'silent' });

describe('upkeep', () => {
  it('runs a round at once and again and again, one at a time, whatever one of them throws, and once more at the end where that is asked', async () => {
    let runs = 0;
    let running = 0;
    let most = 0;
    const run = async (): Promise<void> => {
      runs += 1;
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 5));
      running -= 1;
      if (runs === 2) throw new Error('a round that fails');
    };
    const upkeep = new Upkeep([{ name: 'tried', everyMs: 1, run, atTheEnd: true }], logger);
    upkeep.onApplicationBootstrap();
    expect(runs).toBe(1);
    await eventually(() => expect(runs).toBeGreaterThan(4));
    await upkeep.beforeApplicationShutdown();
    const ended = runs;
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect([runs, most, running]).toEqual([ended, 1, 0]);
  });
});
