import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import { DEAD_LETTER_TOPIC, type EventDefinition } from '@toolplane/contracts/events';
import type { Health } from '@toolplane/observability';
import { isObservable, lastValueFrom } from 'rxjs';
import { consumerOf, type ConsumerSurroundings } from '../consumer/consumer-of.js';
import type { EventConsumer } from '../consumer/event-consumer.js';
import type { StoredPosition, StoredPositions } from '../consumer/stored-positions.js';
import type { HandlerExtras } from './on-events.js';

/** An event’s base topic and the topics that are read in its place. */
export type RuntimeTopics = Readonly<Record<string, readonly string[]>>;

export interface EventLogServerOptions extends ConsumerSurroundings {
  readonly topics?: RuntimeTopics | undefined;
  readonly health?: Health | undefined;
  /** How long `close` waits for running handlers, in milliseconds; default 10 s. */
  readonly drainMs?: number | undefined;
}

/** Nest finds the handlers; this starts a consumer for each of them. A handler’s pattern is its event’s base topic. */
export class EventLogServer extends Server implements CustomTransportStrategy {
  /** Nest would log what a handler throws, although it is an answer. */
  override readonly propagatesEventHandlerErrors = true;
  private consumers: readonly EventConsumer[] = [];
  private readonly closing = new AbortController();
  private positions: StoredPositions | undefined;

  constructor(private readonly options: EventLogServerOptions) {
    super();
  }

  /** Before it listens: how far the service's database stands, with which each group's position is compared. */
  readFrom(positions: StoredPositions): void {
    this.positions = positions;
  }

  /** Nest would chain a second handler behind the first and forget its options. */
  override addHandler(pattern: unknown, callback: MessageHandler, isEventHandler = false, extras: Record<string, unknown> = {}): void {
    const topic = String(pattern);
    if (!isEventHandler || !('definition' in extras)) throw new Error(`${topic}: mark handlers with @OnEvents or @OnDeadLetters`);
    if (this.messageHandlers.has(topic)) throw new Error(`${topic} has two handlers in ${this.options.service}: an event has one handler in a service`);
    super.addHandler(topic, callback, isEventHandler, extras);
  }

  listen(callback: (error?: unknown) => void): void {
    try {
      const handlers = [...this.messageHandlers.values()];
      const byEvent = new Map(handlers.map((handler) => [extrasOf(handler).definition, this.consumerOf(handler)] as const));
      const beginnings = handlers.map((handler) => beginningOf(extrasOf(handler), byEvent));
      this.consumers = [...byEvent.values()];
      // Consumers tell by their heartbeats; a service that only publishes has to ask.
      if (handlers.length === 0) this.options.health?.register('event log', () => this.options.log.ping());
      const stored = this.positions?.stored() ?? Promise.resolve([]);
      for (const { consumer, after } of beginnings) void this.begin(consumer, after, stored);
      callback();
    } catch (error) {
      callback(error);
    }
  }

  /** Lets handlers end what they have begun, commits, leaves the groups. */
  async close(): Promise<void> {
    this.closing.abort();
    await Promise.all(this.consumers.map((consumer) => consumer.close(this.options.drainMs ?? 10_000)));
  }

  on(): never {
    throw new Error('consumers tell how they are by their health');
  }

  unwrap<T>(): T {
    return this.consumers as T;
  }

  private consumerOf(handler: MessageHandler): EventConsumer {
    const { definition, ...extras } = extrasOf(handler);
    const base = definition?.topic ?? DEAD_LETTER_TOPIC;
    const topics = this.options.topics?.[base] ?? [base];
    const consumer = consumerOf({ ...extras, definition, topics }, (events: readonly unknown[]) => call(handler, events), this.options);
    this.options.health?.register(`consumer ${definition?.type ?? 'DeadLetter'}`, () => {
      const { alive, detail } = consumer.health;
      if (!alive) throw new Error(detail);
      return detail;
    });
    return consumer;
  }

  private async begin(consumer: EventConsumer, after: readonly EventConsumer[], stored: Promise<readonly StoredPosition[]>): Promise<void> {
    try {
      const positions = await stored;
      if (positions.length > 0) await consumer.rewind(positions, this.closing.signal);
      await Promise.all(after.map((first) => first.caughtUp(this.closing.signal)));
      if (!this.closing.signal.aborted) consumer.start();
    } catch (error) {
      this.options.logger.error({ err: error, consumer: consumer.name }, 'reading cannot begin');
    }
  }
}

interface Beginning {
  readonly consumer: EventConsumer;
  /** Those that must have read what is there before this one begins. */
  readonly after: readonly EventConsumer[];
}

const beginningOf = ({ definition, after = [] }: HandlerExtras, consumers: ReadonlyMap<EventDefinition | null, EventConsumer>): Beginning => {
  const consumer = consumers.get(definition);
  if (!consumer) throw new Error(`${definition?.type} has no consumer`);
  const others = after.map((event) => {
    const first = consumers.get(event);
    if (!first || first === consumer) throw new Error(`${definition?.type} is to be read after ${event.type}, which has no handler of its own here`);
    return first;
  });
  return { consumer, after: others };
};

const extrasOf = ({ extras }: MessageHandler): HandlerExtras => extras as unknown as HandlerExtras;

/** Through Nest’s own proxy, which may answer with a stream: of errors, where a filter made one. */
const call = async (handler: MessageHandler, events: readonly unknown[]): Promise<void> => {
  const result: unknown = await handler(events, undefined);
  if (isObservable(result)) await lastValueFrom(result, { defaultValue: undefined });
};
