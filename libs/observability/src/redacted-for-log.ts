import { isSensitiveKey, REDACTED } from '@toolplane/security/redaction';

const DEEPEST = 8;

/** What errors of the database carry of the rows and documents they are about; code, constraint and statement say enough. */
const OF_ROWS = new Set(['parameters', 'driverError', 'detail', 'where', 'internalQuery']);

/** An error as a serializer wrote it, without what it says of anybody's data, its causes included. */
export const withoutRows = (error: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(error).flatMap(([name, value]: [string, unknown]) =>
      OF_ROWS.has(name) ? [] : [[name, name === 'cause' && typeof value === 'object' && value !== null ? withoutRows(value) : value]],
    ),
  );

/**
 * A copy whose values under secret-looking names are replaced, by the one rule there is for names. Bounded in depth, because what is
 * logged may be anything, a circle too. Errors stay as they are: the logger writes them, and comes back here with what it wrote.
 */
export const redactedForLog = (fields: object): Record<string, unknown> => copy(fields, 0) as Record<string, unknown>;

function copy(value: unknown, depth: number): unknown {
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null || value instanceof Error || value instanceof Date) return value;
  if (depth >= DEEPEST) return '[too deep]';
  if (Array.isArray(value)) return value.map((item) => copy(item, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, isSecret(key, item) ? REDACTED : copy(item, depth + 1)]));
}

const isSecret = (key: string, value: unknown): boolean => value != null && typeof value !== 'boolean' && isSensitiveKey(key);
