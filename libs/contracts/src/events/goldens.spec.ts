import { readFileSync } from 'node:fs';
import { GOLDEN_FILES, golden } from '../testing/index.js';
import { readCloudEvent, writeCloudEvent } from '../envelope/index.js';
import { EVENTS, refuseEvent, ToolInvocationReported } from './index.js';

const folder = new URL('.', import.meta.url);

describe('golden examples', () => {
  it.each(GOLDEN_FILES)('%s is read and accepted by today’s code', (file) => {
    const read = readCloudEvent(undefined, readFileSync(new URL(file, folder)));
    if (!read.ok) throw new Error(read.reason);
    expect(refuseEvent(EVENTS, read.event)).toBeNull();
  });

  it.each(GOLDEN_FILES)('%s is written as it stands there', (file) => {
    const text = readFileSync(new URL(file, folder), 'utf8');
    const read = readCloudEvent(undefined, new TextEncoder().encode(text));
    if (!read.ok) throw new Error(read.reason);
    expect(JSON.parse(writeCloudEvent(read.event).value)).toEqual(JSON.parse(text));
  });

  it('exist for every event, in the file named after it', () => {
    const named = ({ type, version }: { type: string; version: string }) =>
      `${type.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase()}.v${version.split('.')[0]}.json`;
    expect(GOLDEN_FILES).toEqual(expect.arrayContaining(EVENTS.map(named)));
  });

  it('refuse overrides that break the schema', () => {
    expect(() => golden(ToolInvocationReported, { attempt: 0 })).toThrow('/data/attempt must be >= 1');
  });

  it('follow a replaced execution id in the subject', () => {
    const executionId = '0193e3b1-7c40-7a52-9a51-0d6f2c1b8eff';
    expect(golden(ToolInvocationReported, { executionId })).toMatchObject({ subject: executionId, data: { executionId } });
  });
});
