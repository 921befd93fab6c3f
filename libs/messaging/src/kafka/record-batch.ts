import { CODECS } from './codecs.js';

/** Bytes and a place in them. Reading past the end throws a RangeError. */
export class Cursor {
  constructor(
    readonly buffer: Buffer,
    public at: number = 0,
  ) {}

  get left(): number {
    return this.buffer.length - this.at;
  }

  int8(): number {
    return this.buffer.readInt8(this.move(1));
  }

  int16(): number {
    return this.buffer.readInt16BE(this.move(2));
  }

  int32(): number {
    return this.buffer.readInt32BE(this.move(4));
  }

  int64(): bigint {
    return this.buffer.readBigInt64BE(this.move(8));
  }

  /** Zigzag, base 128, lowest first. As a float: exact up to 2^53, which is beyond every length and every time. */
  varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.buffer.readUInt8(this.move(1));
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
      if (scale > 2 ** 56) throw new RangeError('a number of more than nine bytes');
    }
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  bytes(length: number): Buffer {
    if (length > this.left) throw new RangeError('it ends too early');
    return this.buffer.subarray(this.at, (this.at += length));
  }

  /** A length and so many bytes; null where the length is negative. */
  varbytes(): Buffer | null {
    const length = this.varint();
    return length < 0 ? null : this.bytes(length);
  }

  private move(by: number): number {
    const { at } = this;
    this.at += by;
    return at;
  }
}

/** What kafkajs’ consumer looks at in a record. */
export interface DecodedRecord {
  readonly offset: string;
  readonly timestamp: string;
  readonly attributes: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, Buffer | Buffer[]>>;
  readonly isControlRecord: boolean;
  readonly batchContext: { readonly producerId: string; readonly inTransaction: boolean };
}

const FRAME_BYTES = 12;
const HEADER_BYTES = 61;
const CODEC = 0x07;
const LOG_APPEND_TIME = 0x08;
const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;
const NO_HEADERS: DecodedRecord['headers'] = Object.freeze({});
const EMPTY = Buffer.alloc(0);

/**
 * Reads record batches (https://kafka.apache.org/documentation/#recordbatch, magic 2), each of which may end too early at the end of an
 * answer. Linear in the bytes, whatever is in them: kafkajs copies all headers for each one more, and takes hours for a record of 100,000;
 * it also passes all records of a batch as arguments of one call, which ends the consumer at about as many. A batch that cannot be read
 * becomes one record with the bytes of it all, at its last offset: somebody can look at it, and what lies behind it is read.
 */
export const readRecordBatches = async (bytes: Buffer): Promise<DecodedRecord[]> => {
  const records: DecodedRecord[] = [];
  for (let at = 0; at + HEADER_BYTES <= bytes.length; ) {
    const end = at + FRAME_BYTES + bytes.readInt32BE(at + 8);
    if (end > bytes.length || end <= at) break;
    await readBatch(bytes.subarray(at, end), records);
    at = end;
  }
  return records;
};

const readBatch = async (bytes: Buffer, into: DecodedRecord[]): Promise<void> => {
  const cursor = new Cursor(bytes);
  const base = cursor.int64();
  cursor.bytes(4 + 4 + 1 + 4); // length, leader epoch, magic, checksum: the broker has compared it
  const attributes = cursor.int16();
  const lastOffsetDelta = cursor.int32();
  const firstTimestamp = Number(cursor.int64());
  const maxTimestamp = cursor.int64();
  const batchContext = { producerId: String(cursor.int64()), inTransaction: (attributes & TRANSACTIONAL) !== 0 };
  cursor.bytes(2 + 4); // producer epoch, sequence
  const count = cursor.int32();
  const isControlRecord = (attributes & CONTROL) !== 0;
  const appendedAt = (attributes & LOG_APPEND_TIME) !== 0 ? String(maxTimestamp) : undefined;
  const before = into.length;
  try {
    const content = new Cursor(await unpacked(attributes & CODEC, cursor.bytes(cursor.left)));
    for (let n = 0; n < count; n += 1) {
      const record = new Cursor(content.varbytes() ?? EMPTY);
      const recordAttributes = record.int8();
      const timestampDelta = record.varint();
      const offset = String(base + BigInt(record.varint()));
      const key = record.varbytes();
      const value = record.varbytes();
      const headers = readHeaders(record);
      const timestamp = appendedAt ?? String(firstTimestamp + timestampDelta);
      into.push({ offset, timestamp, attributes: recordAttributes, key, value, headers, isControlRecord, batchContext });
    }
  } catch {
    into.length = before;
    const offset = String(base + BigInt(Math.max(0, lastOffsetDelta)));
    into.push({ offset, timestamp: String(maxTimestamp), attributes: 0, key: null, value: bytes, headers: NO_HEADERS, isControlRecord: false, batchContext });
  }
};

const unpacked = (codec: number, bytes: Buffer): Buffer | Promise<Buffer> => {
  if (codec === 0) return bytes;
  const reader = CODECS[codec];
  if (!reader) throw new Error(`a codec nobody has heard of: ${codec}`);
  return reader().decompress(bytes);
};

/** A repeated header is an array, as kafkajs has it. */
const readHeaders = (record: Cursor): DecodedRecord['headers'] => {
  const count = record.varint();
  if (count <= 0) return NO_HEADERS;
  // Without a prototype: names are whatever somebody chose.
  const headers = Object.create(null) as Record<string, Buffer | Buffer[]>;
  for (let n = 0; n < count; n += 1) {
    const name = (record.varbytes() ?? EMPTY).toString();
    const value = record.varbytes() ?? EMPTY;
    const known = headers[name];
    if (known === undefined) headers[name] = value;
    else if (Array.isArray(known)) known.push(value);
    else headers[name] = [known, value];
  }
  return headers;
};
