import { parseDeadLetter, readDeadLetter, writeDeadLetter } from './dead-letter.js';
import type { LogRecord, NewHeaders } from './port/log-record.js';

const record: LogRecord = {
  topic: 'tool.execution.requested.v1',
  partition: 1,
  offset: 42n,
  appendedAt: 1_000,
  key: Buffer.from('key'),
  value: Buffer.from([0, 1, 255]),
  headers: { 'content-type': Buffer.from('x/y'), twice: [Buffer.from('a'), Buffer.from('b')], 'toolplane-code': Buffer.from('FORGED') },
};
const fault = { code: 'HANDLER_FAILED', reason: 'it failed', attempts: 3 };
/** What a reader gets of what was written. */
const asRead = (headers: NewHeaders): LogRecord['headers'] =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.map((one) => Buffer.from(one as string)) : Buffer.from(value as string)]));

describe('a dead letter', () => {
  it('holds the original bytes and headers and says why, and from where, it was parked', () => {
    const written = writeDeadLetter(record, fault);
    expect(written).toMatchObject({ topic: 'tool.dead-letter.v1', key: record.key, value: record.value });
    const letter = readDeadLetter({ ...record, topic: written.topic, partition: 0, offset: 7n, headers: asRead(written.headers) });
    expect(letter).toMatchObject({ ...fault, topic: record.topic, partition: 1, offset: 42n, record: { offset: 7n } });
    expect(letter.value).toEqual(record.value);
    expect(Object.keys(letter.headers).sort()).toEqual(['content-type', 'twice']);
    expect(letter.headers['twice']).toEqual([Buffer.from('a'), Buffer.from('b')]);
  });

  it('does not take over what a sender has forged', () => {
    expect(String(writeDeadLetter(record, fault).headers['toolplane-code'])).toBe('HANDLER_FAILED');
  });

  it('can be written again where a header has no value, or a name that means something to JavaScript', () => {
    const headers = { nothing: null, ['__proto__']: Buffer.from('x') } as unknown as LogRecord['headers'];
    const named = Object.defineProperty({ ...headers }, '__proto__', { value: Buffer.from('x'), enumerable: true }) as LogRecord['headers'];
    const written = writeDeadLetter({ ...record, headers: named }, fault);
    expect(written.headers['nothing']).toEqual(Buffer.alloc(0));
    expect(Object.keys(written.headers)).toContain('__proto__');
  });

  it('is believed only where parking wrote all of it', () => {
    const headers = asRead(writeDeadLetter(record, fault).headers);
    expect(parseDeadLetter(headers)).toEqual({ ...fault, topic: record.topic, partition: 1, offset: 42n });
    for (const [name, value] of [['toolplane-offset', '-1'], ['toolplane-partition', 'x'], ['toolplane-code', ''], ['toolplane-offset', '9'.repeat(30)]] as const)
      expect(parseDeadLetter({ ...headers, [name]: Buffer.from(value) })).toBeNull();
    const { 'toolplane-topic': _topic, ...incomplete } = headers;
    expect(parseDeadLetter(incomplete)).toBeNull();
    expect(readDeadLetter({ ...record, headers: incomplete })).toMatchObject({ topic: record.topic, offset: 42n, code: 'RECORD_MALFORMED' });
  });
});
