import { MAX_DEPTH, MAX_OUTPUT_BYTES } from '@toolplane/contracts/envelope';
import { ToolplaneError } from '@toolplane/contracts/errors';

const invalid = (message: string): ToolplaneError => new ToolplaneError('PROVIDER_OUTPUT_INVALID', { message });

/** JSON bytes that one counted unit can become at most: a number counts 1 and has up to 24 digits; a character becomes up to 6. */
const MOST_BYTES_PER_UNIT = 24;

/**
 * Checks that an output is JSON within the caps, and says how large it is at least.
 * Most outputs are far below the cap: a walk that counts characters is cheaper than JSON text that is thrown away, which is made
 * only where the count leaves doubt.
 * @throws ToolplaneError PROVIDER_OUTPUT_INVALID
 */
export function measureOutput(output: unknown): number {
  const least = walk(output, 0);
  if (least * MOST_BYTES_PER_UNIT <= MAX_OUTPUT_BYTES) return least;
  const bytes = Buffer.byteLength(JSON.stringify(output));
  if (bytes > MAX_OUTPUT_BYTES) throw tooLarge();
  return bytes;
}

const tooLarge = (): ToolplaneError => invalid(`The output is larger than ${MAX_OUTPUT_BYTES} bytes`);

/** Counts never more than the JSON has bytes. */
function walk(value: unknown, depth: number): number {
  switch (typeof value) {
    case 'string':
      return value.length + 2;
    case 'number':
      if (!Number.isFinite(value)) throw invalid('The output holds a number that JSON cannot carry');
      return 1;
    case 'boolean':
      return 4;
    case 'object':
      return value === null ? 4 : walkMembers(value, depth + 1);
    default:
      throw invalid('The output holds a value that is not JSON');
  }
}

function walkMembers(value: object, depth: number): number {
  if (depth > MAX_DEPTH) throw invalid(`The output is deeper than ${MAX_DEPTH} levels`);
  let size = 1;
  if (Array.isArray(value)) {
    for (const item of value as readonly unknown[]) size += walk(item, depth) + 1;
  } else {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) throw invalid('The output holds an object that is not plain JSON');
    for (const key of Object.keys(value)) size += key.length + 4 + walk((value as Record<string, unknown>)[key], depth);
  }
  // Not walked to its end, however long it is.
  if (size > MAX_OUTPUT_BYTES) throw tooLarge();
  return size;
}
