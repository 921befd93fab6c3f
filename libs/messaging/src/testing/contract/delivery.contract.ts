import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { newId } from '@toolplane/contracts/ids';
import { ToolInvocationReported } from '@toolplane/contracts/events';
import { groupOf } from '../../group-of.js';
import { eventually, numbersOf, report, type Fixture } from './fixture.js';

const CHILD = fileURLToPath(new URL('./consume-in-child.ts', import.meta.url));

export const deliveryContract = (fixture: () => Fixture): void => {
  it('keeps the events of a key in order, over many batches and publishers', async () => {
    const topic = await fixture().topic();
    const executions = Array.from({ length: 20 }, () => newId());
    const { events } = fixture().collect(topic, { maxEvents: 37 });
    await Promise.all(
      Array.from({ length: 50 }, async (_, round) => {
        await fixture().publisher.publish(executions.map((execution) => report(round, execution, topic)));
      }),
    );
    await eventually(() => expect(events).toHaveLength(1_000));
    for (const execution of executions) {
      const own = numbersOf(events.filter(({ data }) => data.executionId === execution));
      expect(own).toEqual(Array.from({ length: 50 }, (_, round) => round));
    }
  });

  it('gives a group that started before the first record that record, and a later group everything', async () => {
    const topic = await fixture().topic();
    const early = fixture().collect(topic);
    await eventually(() => expect(early.consumer.health.alive).toBe(true));
    await fixture().publisher.publish([report(1, undefined, topic)]);
    await eventually(() => expect(numbersOf(early.events)).toEqual([1]));
    await fixture().publisher.publish([report(2, undefined, topic)]);
    const late = fixture().collect(topic);
    await eventually(() => expect(numbersOf(late.events).sort()).toEqual([1, 2]));
  });

  it('says where an event lay', async () => {
    const topic = await fixture().topic({ partitions: 1 });
    const { events } = fixture().collect(topic);
    await fixture().publisher.publish([report(0, undefined, topic), report(1, undefined, topic)]);
    await eventually(() => expect(events).toHaveLength(2));
    expect(events.map(({ record }) => record.offset)).toEqual([0n, 1n]);
    expect(events[0]?.record).toMatchObject({ topic, partition: 0 });
    expect(Math.abs((events[0]?.record.appendedAt ?? 0) - Date.now())).toBeLessThan(60_000);
  });

  it('cuts what does not fit into one send', async () => {
    const topic = await fixture().topic({ partitions: 1 });
    const { events } = fixture().collect(topic);
    const large = 'x'.repeat(100_000);
    const sent = Array.from({ length: 25 }, (_, n) => report(n, undefined, topic));
    await fixture().publisher.publish(sent.map((event) => ({ ...event, data: { ...event.data, error: undefined, worker: large } })));
    await eventually(() => expect(numbersOf(events)).toEqual(numbersOf(sent)));
  });

  it('delivers again what a consumer had that was killed with -9, and nothing that it had committed long ago', async () => {
    const topic = await fixture().topic({ partitions: 1 });
    const service = newId();
    await fixture().publisher.publish([report(0, undefined, topic), report(1, undefined, topic)]);
    const args = ['--conditions=@toolplane/source', '--import', '@swc-node/register/esm-register', CHILD];
    const child = spawn(process.execPath, [...args, JSON.stringify(fixture().config), service, topic], { stdio: ['ignore', 'pipe', 'inherit'] });
    const seen: number[] = [];
    createInterface({ input: child.stdout }).on('line', (line) => seen.push(Number(line)));
    try {
      // The child settles what it gets until it gets 2, with which it never comes to an end.
      await eventually(() => expect(seen).toEqual([0, 1]), 20_000);
      await eventually(async () => expect(await committed(fixture(), service, topic)).toBe(2n));
      await fixture().publisher.publish([2, 3, 4].map((n) => report(n, undefined, topic)));
      await eventually(() => expect(seen).toContain(2));
    } finally {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    const { events } = fixture().collect(topic, { service });
    await eventually(() => expect(numbersOf(events)).toEqual([2, 3, 4]), 25_000);
  }, 60_000);

  it('lets a handler end what it has begun, commits it, and delivers nothing again', async () => {
    const topic = await fixture().topic({ partitions: 1 });
    const service = newId();
    let begun = 0;
    let ended = 0;
    const consumer = fixture().consume(
      topic,
      async (events) => {
        begun += events.length;
        await new Promise((resolve) => setTimeout(resolve, 300));
        ended += events.length;
      },
      { service, maxEvents: 1 },
    );
    await fixture().publisher.publish(Array.from({ length: 10 }, (_, n) => report(n, undefined, topic)));
    await eventually(() => expect(begun).toBeGreaterThan(0));
    await consumer.close(5_000);
    expect(ended).toBe(begun);
    expect(ended).toBeLessThan(10);
    expect(await committed(fixture(), service, topic)).toBe(BigInt(ended));
  });

  it('gives everybody everything who reads for himself, from the start or from the end', async () => {
    const topic = await fixture().topic();
    await fixture().publisher.publish([report(1, undefined, topic)]);
    const fromStart = fixture().collect(topic, { audience: 'everyone' });
    const fromEnd = fixture().collect(topic, { audience: 'everyone', from: 'end', log: fixture().openLog() });
    await eventually(() => expect([fromStart.consumer.health.alive, fromEnd.consumer.health.alive]).toEqual([true, true]));
    await fixture().publisher.publish([report(2, undefined, topic), report(3, undefined, topic)]);
    await eventually(() => expect(numbersOf(fromStart.events).sort()).toEqual([1, 2, 3]));
    await eventually(() => expect(numbersOf(fromEnd.events).sort()).toEqual([2, 3]));
  });

  it('does not let a busy partition keep another one waiting', async () => {
    const topic = await fixture().topic({ partitions: 2 });
    const partitionOf = new Map<string, number>();
    const probe = Array.from({ length: 20 }, () => newId());
    const order: string[] = [];
    fixture().consume(topic, async (events) => {
      for (const { data, record } of events) partitionOf.set(data.executionId, record.partition);
      order.push(...events.map(({ data }) => data.executionId));
      await new Promise((resolve) => setTimeout(resolve, 10));
    }, { maxEvents: 500 });
    await fixture().publisher.publish(probe.map((execution) => report(0, execution, topic)));
    await eventually(() => expect(partitionOf.size).toBe(20));
    const [busy, other] = [0, 1].map((partition) => probe.find((execution) => partitionOf.get(execution) === partition));
    order.length = 0;
    await fixture().publisher.publish(Array.from({ length: 8_000 }, (_, n) => report(n, busy, topic)));
    await fixture().publisher.publish([report(0, other, topic)]);
    await eventually(() => expect(order).toContain(other));
    expect(order.indexOf(other ?? '')).toBeLessThan(7_900);
    await eventually(() => expect(order).toHaveLength(8_001));
  });

  it('passes over what a handler does not want, without parsing it', async () => {
    const topic = await fixture().topic({ partitions: 1 });
    const letters = fixture().deadLettersOf(topic);
    const wanted = newId();
    const { consumer, events } = fixture().collect(topic, { wanted: ({ key }) => key?.toString() === wanted });
    await fixture().append(topic, { key: 'other', value: 'no event at all' });
    await fixture().publisher.publish([report(1, undefined, topic), report(2, wanted, topic), report(3, undefined, topic)]);
    await consumer.caughtUp(AbortSignal.timeout(10_000));
    expect(numbersOf(events)).toEqual([2]);
    expect(letters).toEqual([]);
  });

  it('knows when everything was read that was there at the time', async () => {
    const topic = await fixture().topic();
    await fixture().publisher.publish(Array.from({ length: 200 }, (_, n) => report(n, undefined, topic)));
    const empty = await fixture().topic();
    for (const audience of [undefined, 'everyone'] as const) {
      const { consumer, events } = fixture().collect(topic, audience ? { audience } : {});
      await consumer.caughtUp(AbortSignal.timeout(10_000));
      expect(events).toHaveLength(200);
    }
    await fixture().collect(empty).consumer.caughtUp(AbortSignal.timeout(10_000));
  });
};

const committed = async (fixture: Fixture, service: string, topic: string): Promise<bigint | null | undefined> =>
  (await fixture.log.groupPositions(groupOf(service, ToolInvocationReported), [topic]))[0]?.next;
