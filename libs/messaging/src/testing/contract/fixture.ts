import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EventLogConfig } from '@toolplane/config';
import type { Received } from '@toolplane/contracts/envelope';
import { DEAD_LETTER_TOPIC, TOPICS, ToolInvocationReported, type EventDefinition, type Outgoing, type TopicDefinition } from '@toolplane/contracts/events';
import { newId } from '@toolplane/contracts/ids';
import { golden } from '@toolplane/contracts/testing';
import { createLogger, type LogLevel } from '@toolplane/observability';
import { consumerOf, type EventReading } from '../../consumer/consumer-of.js';
import type { StoredPosition } from '../../consumer/stored-positions.js';
import type { EventConsumer } from '../../consumer/event-consumer.js';
import { readDeadLetter, type DeadLetter } from '../../dead-letter.js';
import { openEventLog } from '../../open-event-log.js';
import type { EventLog } from '../../port/event-log.js';
import type { NewRecord } from '../../port/log-record.js';
import { CoalescingPublisher } from '../../publisher/coalescing-publisher.js';
import type { Publisher } from '../../publisher/publisher.js';
import type { LogUnderTest } from './log-under-test.js';

export type Handler = (events: readonly Received<Report>[]) => Promise<void>;
export type Report = ToolInvocationReported;

/** Repeats an assertion until it holds. */
export const eventually = async (assertion: () => void | Promise<void>, withinMs = 10_000): Promise<void> => {
  for (const end = performance.now() + withinMs; ; await sleep(20)) {
    try {
      return await assertion();
    } catch (error) {
      if (performance.now() > end) throw error;
    }
  }
};

/** A report to tell apart by its number, of one execution or of one of its own. */
export const report = (n: number, executionId: string = newId(), topic?: string): Outgoing<Report> => ({
  ...golden(ToolInvocationReported, { executionId, status: 'succeeded', output: n }),
  id: newId(),
  ...(topic === undefined ? {} : { topic }),
});
export const numbersOf = (events: readonly { readonly data: Report['data'] }[]): number[] => events.map(({ data }) => data.output as number);

/** What the specs of one event log share: an open log, topics of their own, and everything closed behind them. */
export class Fixture {
  readonly log: EventLog;
  readonly publisher: Publisher;
  private readonly logs: EventLog[] = [];
  private readonly consumers: EventConsumer[] = [];
  private readonly closing = new AbortController();

  private constructor(readonly under: LogUnderTest) {
    this.log = this.openLog();
    this.publisher = new CoalescingPublisher(this.log);
  }

  static async open(under: LogUnderTest): Promise<Fixture> {
    const fixture = new Fixture(under);
    await fixture.log.ensureTopics(TOPICS);
    return fixture;
  }

  get config(): EventLogConfig {
    return this.under.config;
  }

  /** Another process, as far as the log can tell. */
  openLog(): EventLog {
    const log = openEventLog(this.config, { service: 'contract', logger });
    this.logs.push(log);
    return log;
  }

  async topic(overrides: Partial<TopicDefinition> = {}): Promise<string> {
    const like = TOPICS.find(({ name }) => name === ToolInvocationReported.topic);
    if (!like) throw new Error('the catalogue has no such topic');
    const topic = { ...like, name: `contract.${randomUUID()}`, ...overrides };
    await this.log.ensureTopics([topic]);
    return topic.name;
  }

  /** Starts a consumer. Its service is one of its own unless it is named: the members of one service share their events. */
  consume(
    topic: string,
    handler: Handler,
    { service = newId(), log = this.log, definition = ToolInvocationReported, maxEvents, stored = [], ...reading }: Partial<EventReading> & ConsumeOptions = {},
  ): EventConsumer {
    const consumer = consumerOf(
      { definition, topics: [topic], ...reading },
      handler as (events: readonly Received[]) => Promise<void>,
      { log, publisher: this.publisher, service, logger, tryAgainAfterMs: [20, 20], maxEvents },
    );
    this.consumers.push(consumer);
    if (stored.length === 0) consumer.start();
    else void consumer.rewind(stored, this.closing.signal).then(() => consumer.start());
    return consumer;
  }

  /** Collects everything that a consumer gets. */
  collect(topic: string, options: Partial<EventReading> & ConsumeOptions = {}): { readonly consumer: EventConsumer; readonly events: Received<Report>[] } {
    const events: Received<Report>[] = [];
    const consumer = this.consume(topic, (batch) => Promise.resolve(void events.push(...batch)), options);
    return { consumer, events };
  }

  /** Everything that was parked out of a topic, as long as the spec runs. */
  deadLettersOf(topic: string): DeadLetter[] {
    const letters: DeadLetter[] = [];
    this.log.subscribe({
      group: null,
      name: `dead letters of ${topic}`,
      topics: [DEAD_LETTER_TOPIC],
      from: 'start',
      onRecords: ({ records, done }) => {
        letters.push(...records.map(readDeadLetter).filter((letter) => letter.topic === topic));
        done((records.at(-1)?.offset ?? -1n) + 1n);
        return Promise.resolve();
      },
    });
    return letters;
  }

  append(topic: string, ...records: readonly Partial<NewRecord>[]): Promise<void> {
    return this.log.append(new Map([[topic, records.map((record) => ({ key: null, value: null, headers: {}, ...record }))]]));
  }

  async close(): Promise<void> {
    this.closing.abort();
    await Promise.all(this.consumers.map((consumer) => consumer.close(1_000)));
    await Promise.all(this.logs.map((log) => log.close()));
  }
}

interface ConsumeOptions {
  readonly service?: string;
  readonly log?: EventLog;
  readonly definition?: EventDefinition;
  readonly maxEvents?: number;
  /** How far its database stands. */
  readonly stored?: readonly StoredPosition[];
}

const logger = createLogger({ service: 'contract', level: (process.env['LOG_LEVEL'] ?? 'silent') as LogLevel });
