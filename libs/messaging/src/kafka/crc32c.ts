/** CRC-32C (Castagnoli), which every record batch carries; RFC 3720, appendix B.4. Eight bytes at a step: “slicing by 8”. */
const POLYNOMIAL = 0x82f63b78;

const first = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
  return crc;
});
const next = (table: Int32Array): Int32Array => table.map((crc) => (first[crc & 0xff] as number) ^ (crc >>> 8));
const T1 = next(first);
const T2 = next(T1);
const T3 = next(T2);
const T4 = next(T3);
const T5 = next(T4);
const T6 = next(T5);
const T7 = next(T6);

/** Of the bytes from `start` up to `end`. */
export const crc32c = (bytes: Uint8Array, start: number, end: number): number => {
  const at = (index: number): number => bytes[index] as number;
  let crc = -1;
  let index = start;
  for (; index + 8 <= end; index += 8) {
    crc ^= at(index) | (at(index + 1) << 8) | (at(index + 2) << 16) | (at(index + 3) << 24);
    crc =
      (T7[crc & 0xff] as number) ^ (T6[(crc >>> 8) & 0xff] as number) ^ (T5[(crc >>> 16) & 0xff] as number) ^ (T4[crc >>> 24] as number) ^
      (T3[at(index + 4)] as number) ^ (T2[at(index + 5)] as number) ^ (T1[at(index + 6)] as number) ^ (first[at(index + 7)] as number);
  }
  for (; index < end; index += 1) crc = (first[(crc ^ at(index)) & 0xff] as number) ^ (crc >>> 8);
  return ~crc >>> 0;
};
