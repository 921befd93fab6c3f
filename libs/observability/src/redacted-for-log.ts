import type { LogFields } from './logger.js';

const SECRET_KEY = /pass(word|phrase)?$|secret$|token$|api[-_]?key$|authorization|cookie|credential|private[-_]?key/i;
const DEEPEST = 8;

/** A copy whose values under secret-looking names are replaced. Errors stay as they are: the logger's serializer writes them. */
export const redactedForLog = (fields: LogFields): Record<string, unknown> => copy(fields, 0) as Record<string, unknown>;

function copy(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Error || value instanceof Date) return value;
  if (depth >= DEEPEST) return '[too deep]';
  if (Array.isArray(value)) return value.map((item) => copy(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, SECRET_KEY.test(key) && item != null ? '[redacted]' : copy(item, depth + 1)]),
  );
}
