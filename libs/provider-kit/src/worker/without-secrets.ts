import { REDACTED, redact, type Redacted, type RedactOptions } from '@toolplane/security/redaction';

/** Searching an output costs its length for every value; this many bytes times values take about a third of a second. */
const MOST_SEARCHED = 64 * 1_048_576;

/** An output as it may be told. Where the search would hold up other calls, nothing of it is told. */
export function withoutSecrets(output: unknown, bytes: number, { pointers, values = [] }: RedactOptions): Redacted {
  if (bytes * values.length <= MOST_SEARCHED) return redact(output, { pointers, values });
  return { value: REDACTED, redactions: [{ pointer: '', rule: 'value' }] };
}

/** An error that nobody expected, for the log: its message may quote what the call was given; where it happened is kept. */
export function loggable(thrown: unknown, values: readonly string[]): unknown {
  if (values.length === 0) return thrown;
  if (!(thrown instanceof Error)) return redact(thrown, { values }).value;
  const { name, message, stack = '' } = thrown;
  const told = new Error(redact(message, { values }).value);
  const frames = stack.split('\n').filter((line) => line.startsWith('    at '));
  return Object.assign(told, { name, stack: redact([`${name}: ${told.message}`, ...frames], { values }).value.join('\n') });
}
