import { newId } from '@toolplane/contracts/ids';
import { ToolInvocationReported } from '@toolplane/contracts/events';
import { setTimeout as sleep } from 'node:timers/promises';
import { groupOf } from '../../group-of.js';
import { eventually, numbersOf, report, type Fixture } from './fixture.js';

export const membershipContract = (fixture: () => Fixture): void => {
  it('shares the partitions with a second member, gives them back when it leaves, and loses nothing', async () => {
    const topic = await fixture().topic({ partitions: 2 });
    const service = newId();
    let n = 0;
    let publishing = true;
    const publish = (async () => {
      while (publishing) {
        await fixture().publisher.publish(Array.from({ length: 5 }, () => report(n++, undefined, topic)));
        await sleep(10);
      }
    })();
    const first = fixture().collect(topic, { service });
    await eventually(() => expect(first.events.length).toBeGreaterThan(50));
    const second = fixture().collect(topic, { service, log: fixture().openLog() });
    await eventually(() => expect(second.events.length).toBeGreaterThan(50));
    const partitionsOf = (events: typeof first.events) => [...new Set(events.slice(-30).map(({ record }) => record.partition))];
    await eventually(() => {
      expect(partitionsOf(first.events)).toHaveLength(1);
      expect(partitionsOf(second.events)).toHaveLength(1);
    });
    expect(partitionsOf(first.events)).not.toEqual(partitionsOf(second.events));
    await second.consumer.close(1_000);
    const { length } = first.events;
    await eventually(() => expect(partitionsOf(first.events.slice(length))).toHaveLength(2));
    publishing = false;
    await publish;
    await eventually(() => expect(new Set(numbersOf([...first.events, ...second.events])).size).toBe(n));
  }, 30_000);

  it('tells how far a topic reaches and how far a group has come', async () => {
    const topic = await fixture().topic({ partitions: 1 });
    const service = newId();
    expect(await fixture().log.endOffsets([topic])).toEqual([{ topic, partition: 0, first: 0n, end: 0n }]);
    const group = groupOf(service, ToolInvocationReported);
    expect(await fixture().log.groupPositions(group, [topic])).toEqual([{ topic, partition: 0, next: null }]);
    await fixture().publisher.publish([report(0, undefined, topic), report(1, undefined, topic)]);
    expect(await fixture().log.endOffsets([topic])).toEqual([{ topic, partition: 0, first: 0n, end: 2n }]);
    fixture().collect(topic, { service });
    await eventually(async () => expect(await fixture().log.groupPositions(group, [topic])).toEqual([{ topic, partition: 0, next: 2n }]));
    expect(fixture().log.clusterId).not.toBe('');
  });

  it('reads again from where an older database stands, and only there', async () => {
    const topic = await fixture().topic({ partitions: 1 });
    const service = newId();
    const group = groupOf(service, ToolInvocationReported);
    await fixture().publisher.publish([0, 1, 2, 3].map((n) => report(n, undefined, topic)));
    const before = fixture().collect(topic, { service });
    await eventually(async () => expect(await fixture().log.groupPositions(group, [topic])).toEqual([{ topic, partition: 0, next: 4n }]));
    await before.consumer.close(1_000);
    const { clusterId } = fixture().log;
    const restored = { topic, partition: 0, nextOffset: 2n };
    const again = fixture().collect(topic, { service, stored: [{ ...restored, clusterId }] });
    await eventually(() => expect(numbersOf(again.events)).toEqual([2, 3]));
    await eventually(async () => expect(await fixture().log.groupPositions(group, [topic])).toEqual([{ topic, partition: 0, next: 4n }]));
    await again.consumer.close(1_000);
    // Where the database stands further, or in another log, the group's own position counts.
    const others = fixture().collect(topic, { service, stored: [{ ...restored, clusterId: 'another' }, { ...restored, clusterId, nextOffset: 9n }] });
    await fixture().publisher.publish([report(4, undefined, topic)]);
    await eventually(() => expect(numbersOf(others.events)).toEqual([4]));
  }, 30_000);

  it('reads back what lies between a moment and an offset', async () => {
    const topic = await fixture().topic({ partitions: 1 });
    await fixture().publisher.publish(Array.from({ length: 5 }, (_, n) => report(n, undefined, topic)));
    await sleep(50);
    const since = Date.now();
    await sleep(50);
    await fixture().publisher.publish(Array.from({ length: 5 }, (_, n) => report(n, undefined, topic)));
    const read = async (from: number, before: bigint): Promise<bigint[]> => {
      const offsets: bigint[] = [];
      await fixture().log.readBack({ topic, partition: 0, since: from, before, onRecords: (records) => offsets.push(...records.map(({ offset }) => offset)) });
      return offsets;
    };
    expect(await read(since, 8n)).toEqual([5n, 6n, 7n]);
    expect(await read(0, 2n)).toEqual([0n, 1n]);
    expect(await read(since, 5n)).toEqual([]);
  });

  it('never changes a topic that is there: another number of partitions is refused', async () => {
    const name = await fixture().topic({ partitions: 1 });
    await expect(fixture().topic({ name, partitions: 3 })).rejects.toThrow(`${name} has 1 partitions instead of 3`);
    await expect(fixture().topic({ name, partitions: 1 })).resolves.toBe(name);
  });

  it('waits for a topic that does not exist yet, and says so', async () => {
    const name = `contract.${newId()}`;
    const { consumer, events } = fixture().collect(name);
    await eventually(() => expect(consumer.health).toEqual({ alive: false, detail: expect.stringContaining(name) as string }));
    await fixture().topic({ name });
    await fixture().publisher.publish([report(1, undefined, name)]);
    await eventually(() => expect(numbersOf(events)).toEqual([1]));
  });
};
