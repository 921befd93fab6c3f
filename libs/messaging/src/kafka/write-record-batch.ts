import type { Message } from 'kafkajs';
import { crc32c } from './crc32c.js';

const MAGIC = 2;
/** From the base offset to the number of records; https://kafka.apache.org/documentation/#recordbatch */
const BATCH_HEADER = 61;
const LENGTH_FROM = 12;
const CHECKED_FROM = 21;

const zigzag = (value: number): number => ((value << 1) ^ (value >> 31)) >>> 0;
const sizeOfVarint = (value: number): number => {
  const raw = zigzag(value);
  return raw < 0x80 ? 1 : raw < 0x4000 ? 2 : raw < 0x200000 ? 3 : raw < 0x10000000 ? 4 : 5;
};
const lengthOf = (part: string | Buffer | null | undefined): number => (part === null || part === undefined ? -1 : Buffer.byteLength(part));
const sizeOfPart = (length: number): number => sizeOfVarint(length) + Math.max(0, length);

/** A buffer that was made large enough. */
export class Writer {
  at = 0;

  constructor(readonly buffer: Buffer) {}

  int16(value: number): void {
    this.at = this.buffer.writeInt16BE(value, this.at);
  }

  int32(value: number): void {
    this.at = this.buffer.writeInt32BE(value, this.at);
  }

  int64(value: bigint): void {
    this.at = this.buffer.writeBigInt64BE(value, this.at);
  }

  varint(value: number): void {
    let raw = zigzag(value);
    for (; raw >= 0x80; raw >>>= 7) this.buffer[this.at++] = (raw & 0x7f) | 0x80;
    this.buffer[this.at++] = raw;
  }

  text(value: string): void {
    this.int16(Buffer.byteLength(value));
    this.at += this.buffer.write(value, this.at);
  }

  /** A length and so many bytes. @param length as `lengthOf` says */
  part(value: string | Buffer | null | undefined, length: number): void {
    this.varint(length);
    if (length <= 0) return;
    // Text with as many bytes as characters is ASCII, which is copied rather than encoded.
    if (typeof value === 'string') this.buffer.write(value, this.at, length, value.length === length ? 'latin1' : 'utf8');
    else value?.copy(this.buffer, this.at);
    this.at += length;
  }
}

interface Header {
  readonly name: string;
  readonly nameLength: number;
  readonly value: string | Buffer | null | undefined;
  readonly length: number;
}
/** A record and how long each part of it is. */
export interface MeasuredRecord {
  readonly message: Message;
  readonly key: number;
  readonly value: number;
  readonly headers: readonly Header[];
  /** Without the length itself. */
  readonly size: number;
}
const NO_HEADERS: readonly Header[] = [];

const headersOf = (headers: Message['headers']): readonly Header[] => {
  const names = headers ? Object.keys(headers) : [];
  if (!headers || names.length === 0) return NO_HEADERS;
  return names.flatMap((name) => {
    const values = headers[name];
    return (Array.isArray(values) ? values : [values]).map((value) => ({ name, nameLength: Buffer.byteLength(name), value, length: lengthOf(value) }));
  });
};

export const measureRecord = (message: Message, offset: number): MeasuredRecord => {
  const key = lengthOf(message.key);
  const value = lengthOf(message.value);
  const headers = headersOf(message.headers);
  // Attributes and time: a byte each.
  let size = 2 + sizeOfVarint(offset) + sizeOfPart(key) + sizeOfPart(value) + sizeOfVarint(headers.length);
  for (const { nameLength, length } of headers) size += sizeOfPart(nameLength) + sizeOfPart(length);
  return { message, key, value, headers, size };
};

const writeRecord = (to: Writer, { message, key, value, headers, size }: MeasuredRecord, offset: number): void => {
  to.varint(size);
  to.buffer[to.at++] = 0;
  to.varint(0);
  to.varint(offset);
  to.part(message.key, key);
  to.part(message.value, value);
  to.varint(headers.length);
  for (const header of headers) {
    to.part(header.name, header.nameLength);
    to.part(header.value, header.length);
  }
};

/** How long a batch of these records is. */
export const sizeOfBatch = (records: readonly MeasuredRecord[]): number => records.reduce((sum, { size }) => sum + sizeOfVarint(size) + size, BATCH_HEADER);

export interface BatchProducer {
  readonly id: bigint;
  readonly epoch: number;
  readonly sequence: number;
}

/** Writes one record batch. All of its records have the same time: the broker gives its own. */
export const writeRecordBatch = (to: Writer, records: readonly MeasuredRecord[], now: number, producer: BatchProducer): void => {
  const start = to.at;
  to.at += BATCH_HEADER;
  records.forEach((record, offset) => writeRecord(to, record, offset));
  const end = to.at;
  to.at = start;
  to.int64(0n);
  to.int32(end - start - LENGTH_FROM);
  to.int32(0);
  to.buffer[to.at++] = MAGIC;
  to.at += 4; // checksum, last
  to.int16(0); // not packed, in no transaction
  to.int32(records.length - 1);
  to.int64(BigInt(now));
  to.int64(BigInt(now));
  to.int64(producer.id);
  to.int16(producer.epoch);
  to.int32(producer.sequence);
  to.int32(records.length);
  to.buffer.writeUInt32BE(crc32c(to.buffer, start + CHECKED_FROM, end), start + CHECKED_FROM - 4);
  to.at = end;
};

