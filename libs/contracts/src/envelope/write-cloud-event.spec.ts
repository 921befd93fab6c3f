import { ToolExecutionCompleted, ToolExecutionDecided, createEvent } from '../events/index.js';
import { golden } from '../testing/index.js';
import { readCloudEvent } from './read-cloud-event.js';
import { writeCloudEvent } from './write-cloud-event.js';

describe('writing a CloudEvent', () => {
  it('puts no header on an internal event', () => {
    expect(writeCloudEvent(golden(ToolExecutionDecided)).headers).toEqual({});
  });

  it('puts type and tenant beside a public one, and nothing else', () => {
    expect(writeCloudEvent(golden(ToolExecutionCompleted)).headers).toEqual({ ce_type: 'ToolExecutionCompleted', ce_tenantid: 'demo' });
  });

  it('leaves out what is not on the wire', () => {
    const event = golden(ToolExecutionDecided);
    const inMemory = { ...event, topic: 'elsewhere', record: { topic: 't', partition: 0, offset: 1n, appendedAt: 0 } };
    expect(JSON.parse(writeCloudEvent(inMemory).value)).toEqual(event);
  });

  it('takes the text of its data where somebody has written it already', () => {
    const event = golden(ToolExecutionDecided);
    const { tenantid: tenantId, subject = '', id, data, time = '', traceparent, causationid: causationId } = event;
    const given = { tenantId, subject, id, data, time, source: 'validation', traceparent, causationId };
    const text = JSON.stringify(Object.fromEntries(Object.entries(data).reverse()));
    const { value } = writeCloudEvent(createEvent(ToolExecutionDecided, { ...given, dataText: text }));
    expect(value).toContain(text);
    expect(JSON.parse(value)).toEqual(event);
    expect(createEvent(ToolExecutionDecided, { ...given, dataText: text })).toEqual(createEvent(ToolExecutionDecided, given));
  });

  it('is read back as the same event, its two headers notwithstanding', () => {
    const event = golden(ToolExecutionCompleted);
    const { value, headers } = writeCloudEvent(event);
    expect(readCloudEvent(headers, new TextEncoder().encode(value))).toEqual({ ok: true, event });
  });
});
