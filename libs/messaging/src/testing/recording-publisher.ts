import type { CloudEvent } from '@toolplane/contracts/envelope';
import { eventByType, type EventDefinition, type EventOf, type Outgoing } from '@toolplane/contracts/events';
import { Publisher, type TopicRecord } from '../publisher/publisher.js';

/** Remembers what was published, in order. `fail` makes the next publishing throw, once. */
export class RecordingPublisher extends Publisher {
  readonly events: Outgoing<CloudEvent>[] = [];
  readonly records: TopicRecord[] = [];
  private failure: Error | undefined;

  publish(events: readonly Outgoing<CloudEvent>[]): Promise<void> {
    return this.record(() => this.events.push(...events));
  }

  append(records: readonly TopicRecord[]): Promise<void> {
    return this.record(() => this.records.push(...records));
  }

  /** The events of one definition, wherever they went. */
  published<D extends EventDefinition>(definition: D): Outgoing<EventOf<D>>[] {
    return this.events.filter(({ type }) => type === definition.type) as Outgoing<EventOf<D>>[];
  }

  /** The events that went to one topic. */
  publishedTo(topic: string): Outgoing<CloudEvent>[] {
    return this.events.filter((event) => (event.topic ?? eventByType(event.type)?.topic) === topic);
  }

  fail(error: Error): void {
    this.failure = error;
  }

  clear(): void {
    this.events.length = 0;
    this.records.length = 0;
  }

  private record(remember: () => void): Promise<void> {
    const { failure } = this;
    this.failure = undefined;
    if (failure) return Promise.reject(failure);
    remember();
    return Promise.resolve();
  }
}
