import { FORBIDDEN_KEYS, payloadFault, type ShapeFault } from './caps.js';

export interface PayloadShape {
  readonly fault: ShapeFault | null;
  /** No JSON text of the value takes more bytes than this; most payloads need not be written down to know that they are small. */
  readonly bytesAtMost: number;
}

/** An escape (`\u0000`) is the most that one character takes; a double the most that a number takes. */
const CHARACTER_BYTES = 6;
const NUMBER_BYTES = 26;
const LITERAL_BYTES = 6;

let bytes = 0;

/** `payloadFault` for every request: one walk that allocates nothing; only where something is wrong it is looked for again, to say where. */
export function payloadShape(value: unknown, depth: number): PayloadShape {
  bytes = 0;
  return isSound(value, depth) ? { fault: null, bytesAtMost: bytes } : { fault: payloadFault(value, depth), bytesAtMost: Infinity };
}

function isSound(value: unknown, levels: number): boolean {
  switch (typeof value) {
    case 'string':
      bytes += CHARACTER_BYTES * value.length + 3;
      return true;
    case 'number':
      bytes += NUMBER_BYTES;
      return Number.isFinite(value);
    case 'object':
      if (value !== null) return levels > 0 && (Array.isArray(value) ? areSound(value, levels - 1) : membersAreSound(value as Record<string, unknown>, levels - 1));
      bytes += LITERAL_BYTES;
      return true;
    default:
      bytes += LITERAL_BYTES;
      return true;
  }
}

function areSound(items: readonly unknown[], levels: number): boolean {
  bytes += 2;
  for (let i = 0; i < items.length; i++) if (!isSound(items[i], levels)) return false;
  return true;
}

function membersAreSound(members: Readonly<Record<string, unknown>>, levels: number): boolean {
  bytes += 2;
  for (const name of Object.keys(members)) {
    bytes += CHARACTER_BYTES * name.length + 4;
    if ((name.length === 9 || name.length === 11) && FORBIDDEN_KEYS.has(name)) return false;
    if (!isSound(members[name], levels)) return false;
  }
  return true;
}
