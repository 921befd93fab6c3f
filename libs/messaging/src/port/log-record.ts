import type { RecordHeaders } from '@toolplane/contracts/envelope';

/** A record as it lies in the log: bytes, and where they lie. */
export interface LogRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  /** Milliseconds since the epoch, by the log's clock. */
  readonly appendedAt: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: RecordHeaders;
}

/** Headers as they are written; a repeated one is an array. */
export type NewHeaders = Readonly<Record<string, string | Buffer | readonly (string | Buffer)[]>>;

/** A record on its way into a topic. */
export interface NewRecord {
  /** Decides the partition; records of one key stay in order. Without one they are spread. */
  readonly key: string | Buffer | null;
  readonly value: string | Buffer | null;
  readonly headers: NewHeaders;
}

/** What one `append` writes, by topic. */
export type TopicRecords = ReadonlyMap<string, readonly NewRecord[]>;
