import { Catch, UseFilters, applyDecorators, type ExceptionFilter } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import type { Received } from '@toolplane/contracts/envelope';
import { DEAD_LETTER_TOPIC, type EventDefinition, type EventOf } from '@toolplane/contracts/events';
import { throwError, type Observable } from 'rxjs';
import type { DeadLetter } from '../dead-letter.js';
import type { LogRecord } from '../port/log-record.js';

export interface OnEventsOptions {
  /**
   * `before`: the offset is committed, awaited, before the handler is called, and what was handed out before is dropped; no event is ever
   * delivered to it again. The events must carry `executionId` and `attempt`. The handler resolves when it can take more.
   * Without it: after the handler has resolved, on a timer.
   */
  readonly commit?: 'before';
  /** `everyone`: each instance reads everything, and no position is kept. Without it: the instances of the service share the events. */
  readonly audience?: 'everyone';
  /** With `everyone`: where an instance begins. Default `start`. */
  readonly from?: 'start' | 'end';
  /** Reading begins when the handlers of these events, in this service, have read what was there at start-up. */
  readonly after?: readonly EventDefinition[];
  /**
   * Looks at a record's key and bytes before it is parsed; what is not wanted is passed over. For readers that want few of many. Saying
   * yes too often costs time only. Not with `commit: 'before'`.
   */
  readonly wanted?: (record: LogRecord) => boolean;
  /** Partitions whose events may be handled at the same time. Default 1. */
  readonly concurrency?: number;
}

/** What a decorated handler carries through Nest. */
export interface HandlerExtras extends OnEventsOptions {
  /** Null: the handler of dead letters. */
  readonly definition: EventDefinition | null;
}

/** A handler’s error decides what becomes of its batch: Nest would make an “Internal server error” of it. */
@Catch()
class RethrowAsIs implements ExceptionFilter {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}

type Method<Argument> = (argument: Argument) => Promise<void>;
type HandlerDecorator<Argument> = <M extends Method<Argument>>(target: object, key: string | symbol, method: TypedPropertyDescriptor<M>) => void;

const handler =
  <Argument>(topic: string, extras: HandlerExtras): HandlerDecorator<Argument> =>
  (target, key, method) =>
    applyDecorators(EventPattern<string>(topic, extras), UseFilters(RethrowAsIs))(target, key, method);

/**
 * Marks the handler of an event: it takes batches of that event and of no other, in order per key. All or nothing: where it rejects, the
 * same events come again, in smaller batches, until the one at fault is found and parked. `DependencyDown` parks nothing: it waits.
 */
export const OnEvents = <D extends EventDefinition>(definition: D, options: OnEventsOptions = {}): HandlerDecorator<readonly Received<EventOf<D>>[]> =>
  handler(definition.topic, { ...options, definition });

/** Marks the handler of parked records. One that it cannot handle is told in the log and skipped: parked again it would come for ever. */
export const OnDeadLetters = (): HandlerDecorator<readonly DeadLetter[]> => handler(DEAD_LETTER_TOPIC, { definition: null });
