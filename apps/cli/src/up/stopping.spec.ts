import { Stopping } from './stopping.js';

describe('stopping', () => {
  it('undoes what was begun, last first, once', async () => {
    const done: string[] = [];
    const stopping = new Stopping(() => undefined);
    for (const name of ['stores', 'log', 'services']) stopping.add(name, async () => done.push(name));
    await Promise.all([stopping.stop(), stopping.stop()]);
    expect(done).toEqual(['services', 'log', 'stores']);
  });

  it('goes on when a step fails, and says which', async () => {
    const said: string[] = [];
    const done: string[] = [];
    const stopping = new Stopping((line) => said.push(line));
    stopping.add('stores', async () => done.push('stores'));
    stopping.add('log', () => Promise.reject(new Error('no answer')));
    await stopping.stop();
    expect(done).toEqual(['stores']);
    expect(said).toEqual(['log did not stop: no answer']);
  });

  it('ends at once what is begun after the end has begun', async () => {
    const done: string[] = [];
    const stopping = new Stopping(() => undefined);
    const stopped = stopping.stop();
    stopping.add('late', async () => done.push('late'));
    await stopped;
    await stopping.stop();
    expect(done).toEqual(['late']);
  });
});
