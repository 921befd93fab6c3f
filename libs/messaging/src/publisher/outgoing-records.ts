import { writeCloudEvent, type CloudEvent } from '@toolplane/contracts/envelope';
import { ToolplaneError } from '@toolplane/contracts/errors';
import { TOPICS, eventByType, recordKeyOf, type Outgoing } from '@toolplane/contracts/events';
import type { NewRecord } from '../port/log-record.js';
import type { TopicRecord } from './publisher.js';

/** Of topics that are not in the catalogue: answers go there, which carry outputs. */
const LARGEST_RECORD = 4 * 1_048_576;
/** What a record takes beside its key, value and headers; more than it ever is. */
const OVERHEAD_BYTES = 128;

const largest: ReadonlyMap<string, number> = new Map(TOPICS.map(({ name, maxMessageBytes }) => [name, maxMessageBytes]));

/** A record with its size, so that a send can be cut without looking at it again. */
export interface SizedRecord {
  readonly topic: string;
  readonly record: NewRecord;
  readonly bytes: number;
}

const lengthOf = (part: string | Buffer | null): number => (part === null ? 0 : typeof part === 'string' ? Buffer.byteLength(part) : part.length);

const sizeOf = ({ key, value, headers }: NewRecord): number => {
  let bytes = OVERHEAD_BYTES + lengthOf(key) + lengthOf(value);
  for (const name in headers) {
    const header = headers[name] as NewRecord['headers'][string];
    for (const one of Array.isArray(header) ? (header as readonly (string | Buffer)[]) : [header as string | Buffer]) bytes += name.length + lengthOf(one) + 8;
  }
  return bytes;
};

/** Refused before it reaches the log, where it would fail everything that is sent with it. */
const sized = (topic: string, record: NewRecord): SizedRecord => {
  const bytes = sizeOf(record);
  const most = largest.get(topic) ?? LARGEST_RECORD;
  if (bytes > most) throw new ToolplaneError('RECORD_TOO_LARGE', { message: `A record of ${bytes} bytes does not fit into ${topic}: ${most} at most` });
  return { topic, record, bytes };
};

export const sizedRecord = ({ topic, key, value, headers }: TopicRecord): SizedRecord => sized(topic, { key, value, headers });

export const sizedEvent = (event: Outgoing<CloudEvent>): SizedRecord => {
  const topic = event.topic ?? eventByType(event.type)?.topic;
  if (topic === undefined) throw new Error(`${event.type} is not an event of the catalogue, and names no topic`);
  const { value, headers } = writeCloudEvent(event);
  return sized(topic, { key: recordKeyOf(event), value, headers });
};

