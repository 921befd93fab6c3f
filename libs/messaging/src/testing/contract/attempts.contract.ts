import { setTimeout as sleep } from 'node:timers/promises';
import type { Received } from '@toolplane/contracts/envelope';
import { ToolInvocationDispatched, type Outgoing } from '@toolplane/contracts/events';
import { newId } from '@toolplane/contracts/ids';
import { golden } from '@toolplane/contracts/testing';
import { groupOf } from '../../group-of.js';
import type { EventLog } from '../../port/event-log.js';
import { eventually, type Fixture, type Handler } from './fixture.js';

const dispatch = (topic: string, executionId: string, attempt = 1): Outgoing<ToolInvocationDispatched> => ({
  ...golden(ToolInvocationDispatched, { executionId, attempt }),
  id: newId(),
  topic,
});

export const attemptsContract = (fixture: () => Fixture): void => {
  /** A worker that notes its calls, and how far its group had committed when it made them. */
  const work = (topic: string, service: string, log?: EventLog, handler?: () => Promise<void>) => {
    const calls: string[] = [];
    const uncommitted: string[] = [];
    const take = async (events: readonly Received<ToolInvocationDispatched>[]): Promise<void> => {
      const positions = await fixture().log.groupPositions(groupOf(service, ToolInvocationDispatched), [topic]);
      for (const { data, record } of events) {
        calls.push(`${data.executionId} ${data.attempt}`);
        const next = positions.find(({ partition }) => partition === record.partition)?.next ?? 0n;
        if (next <= record.offset) uncommitted.push(data.executionId);
      }
      await handler?.();
    };
    const consumer = fixture().consume(topic, take as unknown as Handler, { service, definition: ToolInvocationDispatched, commit: 'before', ...(log ? { log } : {}) });
    return { calls, uncommitted, consumer };
  };

  it('calls once for two dispatches of one attempt, and not for a lower attempt; the commit comes before the call', async () => {
    const topic = await fixture().topic();
    const [one, two] = [newId(), newId()];
    const { calls, uncommitted } = work(topic, newId());
    await fixture().publisher.publish([dispatch(topic, one), dispatch(topic, one), dispatch(topic, two, 2)]);
    await eventually(() => expect(calls).toHaveLength(2));
    await fixture().publisher.publish([dispatch(topic, one), dispatch(topic, two, 1), dispatch(topic, one, 2)]);
    await eventually(() => expect(calls).toHaveLength(3));
    expect([...calls].sort()).toEqual([`${one} 1`, `${one} 2`, `${two} 2`].sort());
    expect(uncommitted).toEqual([]);
  });

  it('remembers after a restart what was handed out before: the log is its memory', async () => {
    const topic = await fixture().topic({ partitions: 1 });
    const service = newId();
    const executions = Array.from({ length: 50 }, () => newId());
    const before = work(topic, service);
    await fixture().publisher.publish(executions.map((execution) => dispatch(topic, execution)));
    await eventually(() => expect(before.calls).toHaveLength(50));
    await before.consumer.close(1_000);

    const after = work(topic, service, fixture().openLog());
    const news = newId();
    await fixture().publisher.publish([...executions.map((execution) => dispatch(topic, execution)), dispatch(topic, news)]);
    await eventually(() => expect(after.calls).toEqual([`${news} 1`]), 20_000);
  }, 40_000);

  it('takes no more while its handler is full, and keeps its place in the group', async () => {
    const topic = await fixture().topic({ partitions: 1 });
    let empty: () => void = () => undefined;
    const full = new Promise<void>((resolve) => {
      empty = resolve;
    });
    const { calls, consumer } = work(topic, newId(), undefined, () => full);
    await fixture().publisher.publish([dispatch(topic, newId())]);
    await eventually(() => expect(calls).toHaveLength(1));
    await fixture().publisher.publish([dispatch(topic, newId()), dispatch(topic, newId())]);
    // Longer than a session without heartbeats may last.
    await sleep(12_000);
    expect(calls).toHaveLength(1);
    expect(consumer.health.alive).toBe(true);
    empty();
    await eventually(() => expect(calls).toHaveLength(3));
  }, 40_000);
};
