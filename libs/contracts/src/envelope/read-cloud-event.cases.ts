import type { RecordHeaders } from './read-cloud-event.js';

const bytes = (text: string) => new TextEncoder().encode(text);
const json = (value: unknown) => bytes(JSON.stringify(value));
/** The request of the interface's example line. */
export const BARE = {
  specversion: '1.0',
  id: 'order-17',
  source: '/orders',
  type: 'ToolExecutionRequested',
  tenantid: 'demo',
  data: { tool: 'echo', payload: { text: 'hi' } },
};
const { data, ...attributes } = BARE;
const BINARY = {
  ce_specversion: bytes('1.0'),
  ce_id: bytes('order-17'),
  ce_source: '/orders',
  ce_type: bytes('ToolExecutionRequested'),
  ce_tenantid: bytes('demo'),
};
const TRACE = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const nested = (depth: number) => bytes(`{"specversion":"1.0","data":${'['.repeat(depth)}${']'.repeat(depth)}}`);

type Headers = RecordHeaders | undefined;

/** [title, headers, value, what the event has] */
export const READ: readonly (readonly [string, Headers, unknown, object])[] = [
  ['a bare record, without any header', undefined, json(BARE), BARE],
  ['a bare record that was parsed already', {}, BARE, BARE],
  ['a structured record', { 'content-type': bytes('application/cloudevents+json') }, json(BARE), BARE],
  ['a structured record that names its charset', { 'content-type': 'Application/CloudEvents+JSON; charset=UTF-8' }, json(BARE), BARE],
  ['a structured record with binary headers beside it', { 'content-type': 'application/cloudevents+json', ...BINARY, ce_tenantid: 'acme' }, json(BARE), BARE],
  ['a binary record', BINARY, json(data), BARE],
  ['a binary record with its data’s content type', { ...BINARY, 'content-type': 'application/json' }, json(data), { ...BARE, datacontenttype: 'application/json' }],
  ['a binary record whose value looks like an event', BINARY, json(BARE), { ...attributes, data: BARE }],
  ['the first of repeated headers', { ...BINARY, ce_tenantid: [bytes('demo'), bytes('acme')] }, json(data), BARE],
  ['a record under another content type as what it is', { 'content-type': 'text/plain' }, json(BARE), BARE],
  ['a record with headers of a foreign framework', { 'kafka_nestjs-is-disposed': bytes('true'), kafka_correlationId: 'x', kafka_replyTopic: 'elsewhere' }, json(BARE), BARE],
  ['data that is null', undefined, json({ ...BARE, data: null }), { ...attributes, data: null }],
  ['no data at all', undefined, json(attributes), { ...attributes, data: undefined }],
  ['a trace context', undefined, json({ ...BARE, traceparent: TRACE }), { ...BARE, traceparent: TRACE }],
  ['the trace context of a binary record', { ...BINARY, ce_traceparent: TRACE }, json(data), { ...BARE, traceparent: TRACE }],
  ['no trace context where it cannot be read', undefined, json({ ...BARE, traceparent: 'nonsense' }), BARE],
  ['null for an attribute as if it were not there', undefined, json({ ...BARE, subject: null, time: null }), BARE],
  ['no attribute that it does not know', undefined, json({ ...BARE, topic: 'elsewhere', record: { offset: 1 }, extension: 'x' }), BARE],
  ['no prototype that a sender names', undefined, bytes(JSON.stringify(BARE).replace('{', '{"__proto__":{"polluted":true},')), BARE],
  ['the tenant of objects that belong to none', undefined, json({ ...BARE, tenantid: '*' }), { ...BARE, tenantid: '*' }],
  ['a payload of 64 levels', undefined, bytes(JSON.stringify({ ...BARE, data: 0 }).replace('"data":0', `"data":${'['.repeat(64)}${']'.repeat(64)}`)), attributes],
  ['brackets inside strings as text', undefined, json({ ...BARE, data: { text: `\\"${'[{'.repeat(500)}` } }), { ...attributes, data: { text: `\\"${'[{'.repeat(500)}` } }],
];

/** [title, headers, value, code, reason] */
export const REFUSED: readonly (readonly [string, Headers, unknown, string, string])[] = [
  ['a null value', undefined, null, 'RECORD_MALFORMED', 'its value is null'],
  ['a null value with the headers of an event', BINARY, null, 'RECORD_MALFORMED', 'its value is null'],
  ['an empty value', undefined, bytes(''), 'RECORD_MALFORMED', 'not JSON'],
  ['what is not JSON', undefined, bytes('{"specversion":'), 'RECORD_MALFORMED', 'not JSON'],
  ['what is not UTF-8', undefined, new Uint8Array([0x22, 0xff, 0xfe, 0x22]), 'RECORD_MALFORMED', 'not JSON'],
  ['bytes that begin with zero', undefined, new Uint8Array([0, 0, 0, 0, 1, 2]), 'RECORD_MALFORMED', 'not JSON'],
  ['an array', undefined, json([BARE]), 'RECORD_MALFORMED', 'not a JSON object'],
  ['a scalar', undefined, json('text'), 'RECORD_MALFORMED', 'not a JSON object'],
  ['JSON null', undefined, json(null), 'RECORD_MALFORMED', 'not a JSON object'],
  ['a batch', { 'content-type': 'application/cloudevents-batch+json' }, json([BARE]), 'RECORD_MALFORMED', 'content type'],
  ['a format that is not read', { 'content-type': 'application/cloudevents+avro' }, json(BARE), 'RECORD_MALFORMED', 'content type'],
  ['data in base64', undefined, json({ ...attributes, data_base64: 'e30=' }), 'RECORD_MALFORMED', 'data_base64'],
  ['another version of the specification', undefined, json({ ...BARE, specversion: '0.3' }), 'RECORD_MALFORMED', 'specversion must be 1.0'],
  ['an id that is no string', undefined, json({ ...BARE, id: 17 }), 'RECORD_MALFORMED', 'id must be a non-empty string'],
  ['an empty source', undefined, json({ ...BARE, source: '' }), 'RECORD_MALFORMED', 'source must be a non-empty string'],
  ['no type', undefined, json({ ...BARE, type: undefined }), 'RECORD_MALFORMED', 'type must be a non-empty string'],
  ['no tenant', undefined, json({ ...BARE, tenantid: undefined }), 'RECORD_MALFORMED', 'tenantid must be a non-empty string'],
  ['a tenant that cannot be one', undefined, json({ ...BARE, tenantid: 'Demo/../acme' }), 'RECORD_MALFORMED', 'tenantid is not a tenant id'],
  ['a binary record without a tenant', { ...BINARY, ce_tenantid: undefined }, json(data), 'RECORD_MALFORMED', 'tenantid must be'],
  ['NUL in an attribute', undefined, json({ ...BARE, id: 'a\u0000b' }), 'RECORD_MALFORMED', 'id has control characters'],
  ['a line break in an attribute', undefined, json({ ...BARE, subject: 'a\r\nb' }), 'RECORD_MALFORMED', 'subject has control characters'],
  ['an attribute that is too long', undefined, json({ ...BARE, source: 'x'.repeat(1_025) }), 'RECORD_MALFORMED', 'source is longer than 1024'],
  ['5,000 levels', undefined, nested(5_000), 'RECORD_TOO_LARGE', 'deeper than 128 levels'],
  ['5,000 levels of objects', undefined, bytes('{"a":'.repeat(5_000)), 'RECORD_TOO_LARGE', 'deeper than 128 levels'],
  ['129 levels', undefined, nested(128), 'RECORD_TOO_LARGE', 'deeper than 128 levels'],
  ['more than 4 MiB', undefined, new Uint8Array(4 * 1_048_576 + 1), 'RECORD_TOO_LARGE', 'longer than'],
  ['1,000 headers', Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [`h${n}`, 'x'])), json(BARE), 'RECORD_TOO_LARGE', 'more than 100 headers'],
  ['one header 1,000 times', { h: Array.from({ length: 1_000 }, () => 'x') }, json(BARE), 'RECORD_TOO_LARGE', 'more than 100 headers'],
  ['a header of 500 KB', { h: new Uint8Array(500_000) }, json(BARE), 'RECORD_TOO_LARGE', 'headers are longer than'],
];
