import type { CloudEvent } from '@toolplane/contracts/envelope';
import type { Outgoing } from '@toolplane/contracts/events';
import type { NewRecord } from '../port/log-record.js';

/** A record for a topic, as bytes. */
export interface TopicRecord extends NewRecord {
  readonly topic: string;
}

/** Writes into the event log. A class, so that Nest can inject it and specs can record instead. */
export abstract class Publisher {
  /**
   * Publishes events, each to its definition's topic or to the one it names. Resolves when the log has acknowledged all of them.
   * Throws `DependencyDown` where that is not known: send the same events again, their ids make a repeat recognisable.
   */
  abstract publish(events: readonly Outgoing<CloudEvent>[]): Promise<void>;
  /** The same for records as they are: dead letters, and what is redriven. */
  abstract append(records: readonly TopicRecord[]): Promise<void>;
}
