import type { RecordHeaders } from '@toolplane/contracts/envelope';
import { DEAD_LETTER_TOPIC } from '@toolplane/contracts/events';
import type { LogRecord, NewHeaders } from './port/log-record.js';
import type { TopicRecord } from './publisher/publisher.js';

/** Why a record was parked, and after how many tries. */
export interface Fault {
  /** A code of the error catalogue. */
  readonly code: string;
  /** For operators; carries no value of the record. */
  readonly reason: string;
  /** How often a handler was given it alone; 0 where none ever was. */
  readonly attempts: number;
}

/** A parked record: the original bytes, where they lay, and why they lie here. */
export interface DeadLetter extends Fault {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** The original ones, without those that parking added. */
  readonly headers: NewHeaders;
  /** Where the dead letter itself lies. */
  readonly record: Pick<LogRecord, 'topic' | 'partition' | 'offset' | 'appendedAt'>;
}

const OURS = 'toolplane-';
const MAX_REASON = 1_000;

type HeaderPart = string | Buffer;
const listOf = (value: RecordHeaders[string]): HeaderPart[] =>
  (Array.isArray(value) ? (value as readonly unknown[]) : [value]).map((one) => (typeof one === 'string' ? one : Buffer.from((one as Uint8Array | null) ?? '')));

/** Headers as they can be written again: kafkajs cannot write the null that it can read. Ours are left out: only parking makes them. */
export const originalHeaders = (headers: RecordHeaders): NewHeaders => {
  // Without a prototype: names are whatever somebody chose.
  const original = Object.create(null) as Record<string, HeaderPart | HeaderPart[]>;
  for (const name of Object.keys(headers)) {
    if (name.startsWith(OURS)) continue;
    const [first = '', ...others] = listOf(headers[name]);
    original[name] = others.length > 0 ? [first, ...others] : first;
  }
  return original;
};

/** The record that parks another one. It has the same key, so that the parked records of one execution stay in order. */
export const writeDeadLetter = (record: LogRecord, { code, reason, attempts }: Fault): TopicRecord => ({
  topic: DEAD_LETTER_TOPIC,
  key: record.key,
  value: record.value,
  headers: {
    ...originalHeaders(record.headers),
    'toolplane-code': code,
    'toolplane-reason': reason.slice(0, MAX_REASON),
    'toolplane-topic': record.topic,
    'toolplane-partition': String(record.partition),
    'toolplane-offset': String(record.offset),
    'toolplane-attempts': String(attempts),
  },
});

const textOf = (headers: RecordHeaders, name: string): string | undefined => {
  const [first] = headers[name] === undefined ? [] : listOf(headers[name]);
  return first?.toString();
};
const countOf = (text: string | undefined): number | undefined => (text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined);

export type ParsedDeadLetter = Fault & Pick<DeadLetter, 'topic' | 'partition' | 'offset'>;

/**
 * What parking wrote into the headers. Null where it is not all there: then somebody else wrote the record, and what it says about
 * itself is not to be believed.
 */
export const parseDeadLetter = (headers: RecordHeaders): ParsedDeadLetter | null => {
  const [code, reason, topic] = ['code', 'reason', 'topic'].map((name) => textOf(headers, `${OURS}${name}`));
  const partition = countOf(textOf(headers, `${OURS}partition`));
  const offset = textOf(headers, `${OURS}offset`);
  if (!code || reason === undefined || !topic || partition === undefined || offset === undefined || !/^\d{1,18}$/.test(offset)) return null;
  return { code, reason, topic, partition, offset: BigInt(offset), attempts: countOf(textOf(headers, `${OURS}attempts`)) ?? 0 };
};

/** Reads any record of the dead-letter topic; one that parking did not write counts as parked where it lies. */
export const readDeadLetter = (record: LogRecord): DeadLetter => {
  const { topic, partition, offset, appendedAt, key, value, headers } = record;
  const parked = parseDeadLetter(headers) ?? { topic, partition, offset, code: 'RECORD_MALFORMED', reason: 'it does not say why it was parked', attempts: 0 };
  return { ...parked, key, value, headers: originalHeaders(headers), record: { topic, partition, offset, appendedAt } };
};
