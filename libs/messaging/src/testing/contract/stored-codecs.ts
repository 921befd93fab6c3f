import { gzipSync } from 'node:zlib';

/**
 * Valid frames of every codec that hold their content as it is: enough for a broker and a reader, which cannot tell them from what a
 * compressor makes.
 */
const chunksOf = (bytes: Buffer, most: number): Buffer[] =>
  Array.from({ length: Math.ceil(bytes.length / most) }, (_, at) => bytes.subarray(at * most, (at + 1) * most));

/** https://github.com/google/snappy/blob/main/format_description.txt: the length, then literals with a length of two bytes. */
const snappy = (bytes: Buffer): Buffer => {
  const length: number[] = [];
  for (let rest = bytes.length; ; rest >>>= 7) {
    if (rest < 0x80) {
      length.push(rest);
      break;
    }
    length.push((rest & 0x7f) | 0x80);
  }
  const literals = chunksOf(bytes, 0x10000).flatMap((chunk) => [Buffer.from([61 << 2, (chunk.length - 1) & 0xff, (chunk.length - 1) >> 8]), chunk]);
  return Buffer.concat([Buffer.from(length), ...literals]);
};

/** https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md: blocks of at most 64 KiB whose highest bit says “not compressed”. */
const lz4 = (bytes: Buffer): Buffer => {
  const blocks = chunksOf(bytes, 0x10000).flatMap((chunk) => {
    const size = Buffer.alloc(4);
    size.writeUInt32LE((chunk.length | 0x80000000) >>> 0);
    return [size, chunk];
  });
  return Buffer.concat([Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82]), ...blocks, Buffer.alloc(4)]);
};

/** https://www.rfc-editor.org/rfc/rfc8878 3.1.1: a window of 128 KiB, raw blocks, no checksum. */
const zstd = (bytes: Buffer): Buffer => {
  const chunks = chunksOf(bytes, 0x10000);
  const blocks = chunks.flatMap((chunk, at) => {
    const header = (chunk.length << 3) | (at === chunks.length - 1 ? 1 : 0);
    return [Buffer.from([header & 0xff, (header >> 8) & 0xff, header >> 16]), chunk];
  });
  return Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38]), ...blocks]);
};

export const STORED = { gzip: (bytes: Buffer): Buffer => gzipSync(bytes), snappy, lz4, zstd } as const;
