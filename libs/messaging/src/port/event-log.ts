import type { TopicDefinition } from '@toolplane/contracts/events';
import type { LogRecord, TopicRecords } from './log-record.js';
import type { LogReader, Subscription } from './subscription.js';

/** How far a partition reaches. */
export interface PartitionRange {
  readonly topic: string;
  readonly partition: number;
  /** The oldest record still kept; equal to `end` where there is none. */
  readonly first: bigint;
  /** The offset that the next record will get. */
  readonly end: bigint;
}

/** How far a group has come. */
export interface GroupPosition {
  readonly topic: string;
  readonly partition: number;
  /** The offset it will read next; null where it has committed none. */
  readonly next: bigint | null;
}

export interface ReadBack {
  readonly topic: string;
  readonly partition: number;
  /** Records from this moment on, by the log's clock… */
  readonly since: number;
  /** …and below this offset. */
  readonly before: bigint;
  readonly onRecords: (records: readonly LogRecord[]) => void;
}

/**
 * A log of records in topics and partitions. It moves bytes: decoding, tries, parking and memory stand once, above it. A class, so that
 * Nest can inject it. Every method throws `DependencyDown` where the log cannot be reached.
 */
export abstract class EventLog {
  /** Which log this is: offsets of another one mean nothing here. Known from the first record, range or topic on; else empty. */
  abstract readonly clusterId: string;
  /** Writes records; resolves when they are durable. Calls take turns. A record that can never be taken is a `ToolplaneError`. */
  abstract append(records: TopicRecords): Promise<void>;
  /** Begins to read, in the background where the log is away. */
  abstract subscribe(subscription: Subscription): LogReader;
  abstract endOffsets(topics: readonly string[]): Promise<readonly PartitionRange[]>;
  abstract groupPositions(group: string, topics: readonly string[]): Promise<readonly GroupPosition[]>;
  /** Reads a piece of the past, as a member of no group. Resolves when all of it was handed out. */
  abstract readBack(range: ReadBack): Promise<void>;
  /** Makes the topics that are missing. Throws where one is there with another number of partitions: it is never changed. */
  abstract ensureTopics(topics: readonly TopicDefinition[]): Promise<void>;
  /** Resolves when the log answers. */
  abstract ping(): Promise<void>;
  /** Ends readers and connections. */
  abstract close(): Promise<void>;
}
