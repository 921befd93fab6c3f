import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { CloudEvent } from '@toolplane/contracts/envelope';
import { DependencyDown } from '@toolplane/contracts/errors';
import type { Outgoing } from '@toolplane/contracts/events';
import { newId } from '@toolplane/contracts/ids';
import { Database } from '../database.js';
import { testDatabase, type TestDatabase } from '../testing/index.js';
import { Outbox, type OutboxEntry } from './outbox.js';
import { outboxTable } from './outbox-table.js';
import type { RelayHandle } from './relay.js';

type Event = Outgoing<CloudEvent>;
const service = 'example';
const event = (tenantid = 'a', topic?: string): Event => ({
  specversion: '1.0',
  id: newId(),
  source: '/toolplane/example',
  type: 'Example',
  tenantid,
  data: { text: 'with a \0' },
  ...(topic !== undefined && { topic }),
});

let db: TestDatabase;
let outbox: Outbox;
const relays: RelayHandle[] = [];
beforeAll(async () => {
  db = await testDatabase({ service, migrations: [{ id: '20261120T2140-create-outbox', up: outboxTable(service) }] });
});
beforeEach(async () => {
  await db.query('truncate example.outbox');
  outbox = new Outbox(db.database);
});
afterEach(() => Promise.all(relays.splice(0).map((relay) => relay.stop())));
afterAll(() => db.close());

const add = (...entries: OutboxEntry[]) => db.database.asWorker((tx) => outbox.add(tx, entries));
const waiting = async () => (await db.query<{ count: number }>('select count(*) from example.outbox'))[0]?.count;
const until = async (reached: () => unknown, withinMs = 5_000) => {
  for (const end = Date.now() + withinMs; !(await reached()); await sleep(10)) if (Date.now() > end) throw new Error('not in time');
};
const start = (send: (events: readonly Event[]) => Promise<void>, from = outbox, options = {}) => relays.push(from.relay(send, options));
const collect = () => {
  const ids: string[] = [];
  return { ids, send: (events: readonly Event[]) => Promise.resolve(void ids.push(...events.map(({ id }) => id))) };
};

describe('the outbox', () => {
  it('sends what was committed, in order, and holds nothing afterwards', async () => {
    const { ids, send } = collect();
    start(send);
    const events = Array.from({ length: 1_200 }, () => event());
    await add(...events.map((one) => ({ event: one })));
    await until(() => ids.length === events.length);
    expect(ids).toEqual(events.map(({ id }) => id));
    await until(async () => (await waiting()) === 0);
  });

  it('sends nothing of a transaction that was rolled back', async () => {
    const { ids, send } = collect();
    start(send);
    const failed = db.database.asWorker(async (tx) => {
      await outbox.add(tx, [{ event: event() }]);
      throw new Error('no');
    });
    await expect(failed).rejects.toThrow('no');
    await sleep(300);
    expect(ids).toEqual([]);
  });

  it('is woken by a commit rather than by its timer', async () => {
    const { ids, send } = collect();
    start(send, outbox, { pollMs: 60_000 });
    await sleep(300); // it leads by now
    const began = performance.now();
    await add({ event: event() });
    await until(() => ids.length === 1);
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  it('holds an event back until it is due, by a delay or by a time', async () => {
    const { ids, send } = collect();
    start(send, outbox, { pollMs: 20 });
    const [late, later] = [event(), event()];
    await add({ event: later, dueAt: new Date(Date.now() + 800) }, { event: late, dueAt: 400 });
    await sleep(150);
    expect(ids).toEqual([]);
    await until(() => ids.length === 2);
    expect(ids).toEqual([late.id, later.id]);
  });

  it('takes an event once, keeps its first due time, and holds a copy for another topic apart', async () => {
    const one = event();
    await add({ event: one, dueAt: 60_000 });
    await add({ event: one });
    await add({ event: { ...one, topic: 'elsewhere' }, dueAt: 60_000 });
    expect(await db.query('select topic, event->>\'topic\' as to from example.outbox where due_at > now() order by topic')).toEqual([
      { topic: '', to: null },
      { topic: 'elsewhere', to: 'elsewhere' },
    ]);
  });

  it('lets the API role add for its tenant, and neither read nor add for another', async () => {
    await db.database.asTenant('a', (tx) => outbox.add(tx, [{ event: event('a') }]));
    await expect(db.database.asTenant('a', (tx) => outbox.add(tx, [{ event: event('b') }]))).rejects.toThrow(/row-level security/);
    await expect(db.database.asTenant('a', (tx) => tx.query('select 1 from example.outbox'))).rejects.toThrow(/permission denied/);
    expect(await waiting()).toBe(1);
  });
});

describe('the relay', () => {
  it('keeps everything while the log is away, and sends the same events when it is back', async () => {
    let down = true;
    const { ids, send } = collect();
    start((events) => (down ? Promise.reject(new DependencyDown('kafka')) : send(events)));
    await add({ event: event() }, { event: event() });
    await sleep(300);
    expect(await waiting()).toBe(2);
    down = false;
    await until(() => ids.length === 2);
  });

  it('sets an event aside that cannot be sent, tells about it, and sends the others', async () => {
    const [bad, ...good] = [event(), event(), event()];
    const { ids, send } = collect();
    const refused: string[] = [];
    start((events) => (events.some(({ id }) => id === bad?.id) ? Promise.reject(new Error('too large')) : send(events)), outbox, {
      onRefused: ({ id }: Event) => refused.push(id),
    });
    await add(...[bad, ...good].flatMap((one) => (one ? [{ event: one }] : [])));
    await until(() => ids.length === 2);
    expect(ids).toEqual(good.map(({ id }) => id));
    await until(async () => (await waiting()) === 1);
    expect(refused).toContain(bad?.id);
    expect(await db.query('select last_error as "lastError" from example.outbox')).toEqual([{ lastError: 'Error: too large' }]);
  });

  it('runs in one process at a time, hears of commits in the others, and moves when its process is cut off', async () => {
    const elsewhere = await Database.connect({ service, ...db.config });
    const other = new Outbox(elsewhere);
    const [one, two] = [collect(), collect()];
    start(one.send, outbox, { pollMs: 60_000 });
    await sleep(300);
    start(two.send, other, { pollMs: 60_000 });
    await sleep(300);
    await db.database.asWorker((tx) => other.add(tx, [{ event: event() }]));
    await until(() => one.ids.length === 1);
    expect(two.ids).toEqual([]);

    await db.query(`select pg_terminate_backend(pid) from pg_locks join pg_stat_activity using (pid)
      where locktype = 'advisory' and granted and application_name = 'example_outbox'`);
    await sleep(2_500);
    await add({ event: event() });
    await until(() => one.ids.length + two.ids.length === 2);
    await Promise.all(relays.splice(0).map((relay) => relay.stop()));
    await elsewhere.close();
  });

  it('is one per outbox', async () => {
    start(collect().send);
    expect(() => outbox.relay(collect().send)).toThrow('a relay already');
    await Promise.resolve();
  });
});
