import { readCloudEvent, type CloudEvent, type Received } from '@toolplane/contracts/envelope';
import { refuseEvent, type EventDefinition } from '@toolplane/contracts/events';
import type { Fault } from '../dead-letter.js';
import type { LogRecord } from '../port/log-record.js';

/** A record and what it says, or why it says nothing to this reader. */
export interface Item<Content = unknown> {
  readonly record: LogRecord;
  readonly content: Content;
}
export interface FaultyRecord {
  readonly record: LogRecord;
  readonly fault: Fault;
}
export type Decoder<Content = unknown> = (record: LogRecord) => Item<Content> | FaultyRecord;

export const isFaulty = (decoded: Item | FaultyRecord): decoded is FaultyRecord => 'fault' in decoded;

/** Reads records as events of one definition: caps before parse, envelope, type, major version, schema. Never throws. */
export const eventDecoder =
  (definition: EventDefinition): Decoder<Received> =>
  (record) => {
    const read = readCloudEvent(record.headers, record.value);
    if (!read.ok) return { record, fault: { code: read.code, reason: read.reason, attempts: 0 } };
    const refusal = refuseEvent([definition], read.event);
    if (refusal) return { record, fault: { ...refusal, attempts: 0 } };
    return { record, content: received(read.event, record) };
  };

/** The event object was made for us by the reader: it is completed, not copied. */
const received = (event: CloudEvent, { topic, partition, offset, appendedAt }: LogRecord): Received =>
  Object.assign(event, { record: { topic, partition, offset, appendedAt } });
