import { ToolplaneError } from '@toolplane/contracts/errors';
import type { EventDefinition } from '@toolplane/contracts/events';
import type { Received } from '@toolplane/contracts/envelope';
import { METRICS, type Logger, type Metrics } from '@toolplane/observability';
import { readDeadLetter, writeDeadLetter, type DeadLetter } from '../dead-letter.js';
import { groupOf } from '../group-of.js';
import type { EventLog } from '../port/event-log.js';
import type { LogRecord } from '../port/log-record.js';
import type { Publisher } from '../publisher/publisher.js';
import { CommitThenHandle } from './commit-then-handle.js';
import { eventDecoder, type FaultyRecord, type Item } from './decode.js';
import { EventConsumer } from './event-consumer.js';
import { HandleThenCommit } from './handle-then-commit.js';
import type { Handling } from './handling.js';

/** Measured: larger batches only feed the garbage collector. */
export const MAX_EVENTS = 500;

/** What all consumers of a service share. */
export interface ConsumerSurroundings {
  readonly log: EventLog;
  readonly publisher: Publisher;
  readonly service: string;
  readonly logger: Logger;
  readonly metrics?: Metrics | undefined;
  /** Most events that a handler is given at once; default 500. */
  readonly maxEvents?: number | undefined;
  /** Pauses between the tries of a record that stands alone, in milliseconds; default 100, 500. */
  readonly tryAgainAfterMs?: readonly number[] | undefined;
}

/** What a handler wants to read. */
export interface EventReading {
  /** Null: the dead-letter topic, whose records are not events. */
  readonly definition: EventDefinition | null;
  readonly topics: readonly string[];
  readonly commit?: 'before' | undefined;
  readonly audience?: 'everyone' | undefined;
  readonly from?: 'start' | 'end' | undefined;
  /** Says of a record, before it is parsed, whether it is handed over at all. */
  readonly wanted?: ((record: LogRecord) => boolean) | undefined;
  /** Partitions handed out at the same time; default 1. */
  readonly concurrency?: number | undefined;
}

export type EventsHandler = (events: readonly Received[]) => Promise<void>;
export type DeadLettersHandler = (letters: readonly DeadLetter[]) => Promise<void>;

/** Puts a consumer together: how it decodes, when it commits, what becomes of a record that cannot be handled. */
export const consumerOf = (reading: EventReading, handler: EventsHandler | DeadLettersHandler, around: ConsumerSurroundings): EventConsumer => {
  const { definition, topics, audience, from = 'start', concurrency = 1 } = reading;
  const name = groupOf(around.service, definition);
  const logger = around.logger.child({ consumer: name });
  return new EventConsumer({
    log: around.log,
    logger,
    subscription: { group: audience === 'everyone' ? null : name, name, topics, from, concurrency },
    handling: handlingOf(reading, handler, { ...around, logger }),
  });
};

const handlingOf = (reading: EventReading, handler: EventsHandler | DeadLettersHandler, around: ConsumerSurroundings): Handling => {
  const { definition, commit, audience, topics, wanted } = reading;
  const { log, logger, maxEvents = MAX_EVENTS, tryAgainAfterMs, metrics } = around;
  const topic = topics[0] ?? '';
  const common = { maxEvents, logger, tryAgainAfterMs };
  if (definition === null) {
    const handle = measured(handler as DeadLettersHandler, topic, metrics);
    return new HandleThenCommit({ ...common, handle, park: skipping(logger), decode: (record): Item<DeadLetter> => ({ record, content: readDeadLetter(record) }) });
  }
  const decode = eventDecoder(definition);
  const handle = measured(handler as EventsHandler, topic, metrics);
  const park = audience === 'everyone' ? skipping(logger) : parking(around);
  return commit === 'before' ? new CommitThenHandle({ ...common, handle, park, decode, log }) : new HandleThenCommit({ ...common, handle, park, decode, wanted });
};

type Park = (faulty: readonly FaultyRecord[]) => Promise<void>;

const tell = (logger: Logger, faulty: readonly FaultyRecord[], what: string): void => {
  for (const { record, fault } of faulty)
    logger.warn({ topic: record.topic, partition: record.partition, offset: String(record.offset), ...fault }, what);
};

/** Of an audience of everyone each would park it, and a dead letter that is parked comes back for ever: these are told in the log only. */
const skipping =
  (logger: Logger): Park =>
  (faulty) => {
    tell(logger, faulty, 'skipped a record');
    return Promise.resolve();
  };

const parking = ({ publisher, metrics, logger }: ConsumerSurroundings): Park => {
  const parked = metrics?.counter(METRICS.eventsParked);
  return async (faulty) => {
    await writeAll(publisher, faulty);
    for (const { record, fault } of faulty) parked?.inc({ topic: record.topic, code: fault.code });
    tell(logger, faulty, 'parked a record');
  };
};

const writeAll = async (publisher: Publisher, faulty: readonly FaultyRecord[]): Promise<void> => {
  try {
    await publisher.append(faulty.map(({ record, fault }) => writeDeadLetter(record, fault)));
  } catch (error) {
    if (!(error instanceof ToolplaneError)) throw error;
    // One that was as large as a record can be, with headers of its own: its bytes are worth more than they.
    for (const { record, fault } of faulty) await publisher.append([writeDeadLetter({ ...record, headers: {} }, fault)]);
  }
};

const measured = <Content>(handler: (contents: readonly Content[]) => Promise<void>, topic: string, metrics: Metrics | undefined): typeof handler => {
  if (!metrics) return handler;
  const size = metrics.histogram(METRICS.eventBatchSize);
  const seconds = metrics.histogram(METRICS.eventBatchSeconds);
  return async (contents) => {
    size.observe({ topic }, contents.length);
    const stop = seconds.startTimer({ topic });
    try {
      await handler(contents);
      stop({ result: 'ok' });
    } catch (error) {
      stop({ result: 'failed' });
      throw error;
    }
  };
};

