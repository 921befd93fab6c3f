import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { Decompress } from 'fzstd';
import kafkajs from 'kafkajs';
import snappy from 'kafkajs-snappy';
import lz4 from 'lz4js';

/** A batch that unpacks to more than this is a bomb: no topic takes records of this size together. */
const MAX_UNPACKED_BYTES = 64 * 1_048_576;

const gunzipAsync = promisify(gunzip);
const unpackSnappy = snappy().decompress;

const unpackGzip = (packed: Buffer): Promise<Buffer> => gunzipAsync(packed, { maxOutputLength: MAX_UNPACKED_BYTES });

const unpackLz4 = (packed: Buffer): Buffer => {
  const bound = lz4.decompressBound(packed);
  if (bound > MAX_UNPACKED_BYTES) throw new Error('it unpacks to too much');
  const unpacked = Buffer.allocUnsafe(bound);
  return unpacked.subarray(0, lz4.decompressFrame(packed, unpacked));
};

const unpackZstd = (packed: Buffer): Buffer => {
  const parts: Uint8Array[] = [];
  let length = 0;
  const stream = new Decompress((part) => {
    length += part.length;
    if (length > MAX_UNPACKED_BYTES) throw new Error('it unpacks to too much');
    parts.push(part);
  });
  stream.push(packed, true);
  return Buffer.concat(parts, length);
};

/** A codec for kafkajs. What is wrong with a batch becomes a plain error: a RangeError or TypeError would end the consumer for good. */
const reader = (name: string, unpack: (packed: Buffer) => Buffer | Promise<Buffer>) => () => ({
  compress: () => Promise.reject(new Error(`we do not compress with ${name}`)),
  decompress: async (packed: Buffer): Promise<Buffer> => {
    try {
      return await unpack(packed);
    } catch (error) {
      throw new Error(`a ${name} batch cannot be unpacked: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  },
});

/**
 * Reads every codec that a foreign producer may use, and writes none. Our topics are made with `compression.type=uncompressed`, so that
 * the broker unpacks them all; these are for topics that somebody else made, where one such record stops a kafkajs consumer for good.
 * @returns the codecs, by the number that stands in the record batch
 */
export const CODECS: Readonly<Record<number, ReturnType<typeof reader>>> = Object.freeze({
  1: reader('gzip', unpackGzip),
  2: reader('snappy', unpackSnappy),
  3: reader('lz4', unpackLz4),
  4: reader('zstd', unpackZstd),
});
Object.assign(kafkajs.CompressionCodecs, CODECS);
