import { Health } from './health.js';

describe('Health', () => {
  it('is ok where every check passes, with what each says', async () => {
    const health = new Health();
    health.register('database', () => Promise.resolve({ pool: 3 }));
    health.register('event log', () => undefined);
    expect(await health.snapshot()).toMatchObject({
      status: 'ok',
      checks: [
        { name: 'database', status: 'ok', detail: '{"pool":3}' },
        { name: 'event log', status: 'ok', detail: null },
      ],
    });
  });

  it('is down with the reason where one check throws, and keeps since until the status changes', async () => {
    let now = 0;
    let up = false;
    const health = new Health(() => new Date(now));
    health.register('database', () => {
      if (!up) throw new Error('the database is away');
    });
    const since = async () => (await health.snapshot()).checks[0]?.since;
    expect(await health.snapshot()).toMatchObject({ status: 'down', checks: [{ status: 'down', detail: 'the database is away' }] });
    now = 5_000;
    expect(await since()).toBe(new Date(0).toISOString());
    up = true;
    expect(await since()).toBe(new Date(5_000).toISOString());
  });

  it('counts a check that does not answer as down', async () => {
    const health = new Health(undefined, 20);
    health.register('stuck', () => new Promise(() => undefined));
    expect(await health.snapshot()).toMatchObject({ status: 'down', checks: [{ detail: 'no answer within 20 ms' }] });
  });
});
