/**
 * UUIDv5 in the URL namespace (RFC 9562, 5.5). Ids are derived several times for every execution: written out, it costs a microsecond,
 * where the package `uuid`, which it is held to by its spec, takes six. No Node API: the browser derives ids too.
 */
export function uuidV5(name: string): string {
  const most = NAMESPACE.length + name.length * 3 + 72;
  if (bytes.length < most) {
    bytes = new Uint8Array(most);
    bytes.set(NAMESPACE);
  }
  sha1(padded(NAMESPACE.length + write(name)));
  const b = (state[1]! & 0xffff0fff) | 0x5000;
  const c = (state[2]! & 0x3fffffff) | 0x80000000;
  return `${hex(state[0]!)}-${hex16(b >>> 16)}-${hex16(b & 0xffff)}-${hex16(c >>> 16)}-${hex16(c & 0xffff)}${hex(state[3]!)}`;
}

const NAMESPACE = Uint8Array.from([0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8]);
const INITIAL = Int32Array.from([0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0]);
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const encoder = new TextEncoder();

// Used again by every call, none of which can interrupt another.
let bytes = new Uint8Array(4_096);
bytes.set(NAMESPACE);
const state = new Int32Array(5);
const words = new Int32Array(80);

const hex16 = (half: number): string => `${HEX[half >>> 8]}${HEX[half & 0xff]}`;
const hex = (word: number): string => hex16(word >>> 16) + hex16(word & 0xffff);

/** Writes the UTF-8 form behind the namespace and gives its length. */
function write(name: string): number {
  const into = bytes;
  for (let i = 0; i < name.length; i++) {
    const unit = name.charCodeAt(i);
    if (unit > 0x7f) return encoder.encodeInto(name, into.subarray(NAMESPACE.length)).written;
    into[NAMESPACE.length + i] = unit;
  }
  return name.length;
}

/** Appends the padding of SHA-1 and gives the length with it. */
function padded(length: number): number {
  const end = (length + 72) & ~63;
  bytes[length] = 0x80;
  for (let at = length + 1; at < end; at++) bytes[at] = 0;
  for (let at = end - 1, bits = length * 8; bits > 0; at--, bits = Math.floor(bits / 256)) bytes[at] = bits & 0xff;
  return end;
}

function sha1(length: number): void {
  state.set(INITIAL);
  for (let at = 0; at < length; at += 64) block(at);
}

function block(at: number): void {
  const w = words;
  const from = bytes;
  for (let i = 0, j = at; i < 16; i++, j += 4) w[i] = (from[j]! << 24) | (from[j + 1]! << 16) | (from[j + 2]! << 8) | from[j + 3]!;
  for (let i = 16; i < 80; i++) w[i] = rotated(w[i - 3]! ^ w[i - 8]! ^ w[i - 14]! ^ w[i - 16]!, 1);
  let a = state[0]!;
  let b = state[1]!;
  let c = state[2]!;
  let d = state[3]!;
  let e = state[4]!;
  for (let i = 0; i < 80; i++) {
    const mixed =
      i < 20 ? ((b & c) | (~b & d)) + 0x5a827999
      : i < 40 ? (b ^ c ^ d) + 0x6ed9eba1
      : i < 60 ? ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc
      : (b ^ c ^ d) + 0xca62c1d6;
    const next = (rotated(a, 5) + mixed + e + w[i]!) | 0;
    e = d;
    d = c;
    c = rotated(b, 30);
    b = a;
    a = next;
  }
  state[0]! += a;
  state[1]! += b;
  state[2]! += c;
  state[3]! += d;
  state[4]! += e;
}

const rotated = (word: number, by: number): number => (word << by) | (word >>> (32 - by));
