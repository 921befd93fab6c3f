import { READ, REFUSED } from './read-cloud-event.cases.js';
import { readCloudEvent } from './read-cloud-event.js';

describe('reading a CloudEvent', () => {
  it.each(READ)('takes %s', (_title, headers, value, expected) => {
    const read = readCloudEvent(headers, value);
    if (!read.ok) throw new Error(read.reason);
    expect(read.event).toEqual('data' in expected ? expected : expect.objectContaining(expected));
  });

  it.each(REFUSED)('refuses %s', (_title, headers, value, code, reason) => {
    expect(readCloudEvent(headers, value)).toEqual({ ok: false, code, reason: expect.stringContaining(reason) });
  });

  it('never puts a value of the record into the reason', () => {
    for (const [, headers, value] of REFUSED) {
      const read = readCloudEvent(headers, value);
      expect(read.ok ? '' : read.reason).not.toMatch(/order-17|acme|Demo|avro/);
    }
  });
});
