import { DependencyDown, ToolplaneError } from '@toolplane/contracts/errors';
import { ToolAuditRecorded, ToolExecutionCompleted, ToolInvocationReported, answeredTopic } from '@toolplane/contracts/events';
import { newId } from '@toolplane/contracts/ids';
import { golden } from '@toolplane/contracts/testing';
import { METRICS, Metrics } from '@toolplane/observability';
import type { EventLog } from '../port/event-log.js';
import type { NewRecord, TopicRecords } from '../port/log-record.js';
import { TopicMissing } from '../port/topic-missing.js';
import { CoalescingPublisher } from './coalescing-publisher.js';

const event = (output: unknown = 1) => ({ ...golden(ToolInvocationReported, { executionId: newId(), status: 'succeeded', output }), id: newId() });

/** A log that keeps what it is given, and fails where it is told to. */
const recordingLog = (refuse: (records: TopicRecords) => Error | undefined = () => undefined) => {
  const sends: TopicRecords[] = [];
  let inFlight = 0;
  let most = 0;
  const append = async (records: TopicRecords): Promise<void> => {
    most = Math.max(most, (inFlight += 1));
    await new Promise((resolve) => setTimeout(resolve, 5));
    inFlight -= 1;
    const error = refuse(records);
    if (error) throw error;
    sends.push(records);
  };
  return { log: { append } as unknown as EventLog, sends, mostInFlight: () => most };
};
const valuesOf = (records: readonly NewRecord[]): string => records.map(({ value }) => String(value)).join();

describe('the publisher', () => {
  it('sends what is published in one turn together, one send at a time', async () => {
    const { log, sends, mostInFlight } = recordingLog();
    const publisher = new CoalescingPublisher(log);
    await Promise.all(Array.from({ length: 50 }, () => publisher.publish([event()])));
    expect(sends).toHaveLength(1);
    const later = [publisher.publish([event()])];
    await new Promise((resolve) => setTimeout(resolve, 2));
    later.push(publisher.publish([event()]), publisher.publish([event()]));
    await Promise.all(later);
    expect(sends.map((send) => [...send.values()].flat().length)).toEqual([50, 1, 2]);
    expect(mostInFlight()).toBe(1);
  });

  it('sends one batch for each topic, keyed by the contract, with headers on public topics only', async () => {
    const { log, sends } = recordingLog();
    const publisher = new CoalescingPublisher(log);
    const completed = golden(ToolExecutionCompleted);
    await publisher.publish([event(), completed, { ...completed, topic: answeredTopic('orders') }, golden(ToolAuditRecorded)]);
    const [send] = sends;
    expect([...(send?.keys() ?? [])]).toEqual([ToolInvocationReported.topic, ToolExecutionCompleted.topic, answeredTopic('orders'), ToolAuditRecorded.topic]);
    expect(send?.get(ToolExecutionCompleted.topic)).toMatchObject([
      { key: completed.subject, headers: { ce_type: 'ToolExecutionCompleted', ce_tenantid: completed.tenantid } },
    ]);
    expect(send?.get(ToolInvocationReported.topic)).toMatchObject([{ headers: {} }]);
    expect(send?.get(ToolAuditRecorded.topic)).toMatchObject([{ key: golden(ToolAuditRecorded).tenantid }]);
  });

  it('cuts by bytes, in order', async () => {
    const { log, sends } = recordingLog();
    const large = Array.from({ length: 30 }, (_, n) => event(`${n} ${'x'.repeat(100_000)}`));
    await new CoalescingPublisher(log).publish(large);
    const sizes = sends.map((send) => valuesOf(send.get(ToolInvocationReported.topic) ?? []).length);
    expect(Math.max(...sizes)).toBeLessThan(1_000_000);
    expect(sends.length).toBeGreaterThan(3);
    const order = sends.flatMap((send) => (send.get(ToolInvocationReported.topic) ?? []).map(({ value }) => Number(/"output":"(\d+)/.exec(String(value))?.[1])));
    expect(order).toEqual(large.map((_, n) => n));
  });

  it('tells everybody when the log is down, and only the one concerned of any other fault', async () => {
    const marked = (mark: string, error: Error) => (records: TopicRecords) => ([...records.values()].some((list) => valuesOf(list).includes(mark)) ? error : undefined);
    const outcome = async (error: Error): Promise<string[]> => {
      const publisher = new CoalescingPublisher(recordingLog(marked('poison', error)).log);
      const results = await Promise.allSettled([publisher.publish([event()]), publisher.publish([event('poison')]), publisher.publish([event()])]);
      return results.map(({ status }) => status);
    };
    expect(await outcome(new DependencyDown('the event log'))).toEqual(['rejected', 'rejected', 'rejected']);
    expect(await outcome(new ToolplaneError('RECORD_TOO_LARGE'))).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await outcome(new TopicMissing('t'))).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('refuses what no topic takes before it is sent, and sends nothing of the call', async () => {
    const { log, sends } = recordingLog();
    const publisher = new CoalescingPublisher(log);
    await expect(publisher.publish([event(), event('x'.repeat(5_000_000))])).rejects.toMatchObject({ code: 'RECORD_TOO_LARGE' });
    await expect(publisher.publish([{ ...event(), type: 'Unheard' }])).rejects.toThrow('Unheard');
    await publisher.publish([]);
    expect(sends).toEqual([]);
  });

  it('drains: everything that was published before is acknowledged or refused after', async () => {
    const { log, sends } = recordingLog();
    const publisher = new CoalescingPublisher(log);
    void publisher.publish([event()]);
    await publisher.drain();
    expect(sends).toHaveLength(1);
    await publisher.drain();
  });

  it('counts what was acknowledged', async () => {
    const metrics = new Metrics({ process: false });
    const publisher = new CoalescingPublisher(recordingLog().log, metrics);
    await publisher.publish([event(), event()]);
    expect(await metrics.text()).toContain(`${METRICS.eventsPublished.name}{topic="${ToolInvocationReported.topic}"} 2`);
  });
});
