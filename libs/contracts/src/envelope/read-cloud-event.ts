import type { CloudEvent } from './cloud-event.js';
import { MAX_ATTRIBUTE_LENGTH, MAX_HEADERS, MAX_HEADER_BYTES, MAX_RECORD_BYTES, MAX_RECORD_DEPTH, deeperThan } from './caps.js';

type HeaderValue = Uint8Array | string;
/** Headers as a Kafka client hands them over; a repeated one is an array, of which only the first counts. */
export type RecordHeaders = Readonly<Record<string, HeaderValue | readonly HeaderValue[] | null | undefined>>;

export interface RecordRefusal {
  readonly ok: false;
  readonly code: 'RECORD_MALFORMED' | 'RECORD_TOO_LARGE';
  /** For operators; carries no value of the record. */
  readonly reason: string;
}
export type ReadResult = { readonly ok: true; readonly event: CloudEvent } | RecordRefusal;
type Parsed = { readonly ok: true; readonly json: unknown } | RecordRefusal;
type Attributes = Readonly<Record<string, unknown>>;

const malformed = (reason: string): RecordRefusal => ({ ok: false, code: 'RECORD_MALFORMED', reason });
const tooLarge = (reason: string): RecordRefusal => ({ ok: false, code: 'RECORD_TOO_LARGE', reason });

const utf8 = new TextDecoder('utf-8', { fatal: true });
const lenient = new TextDecoder('utf-8');
const TENANT = /^(?:[a-z0-9][a-z0-9-]{0,62}|\*)$/;
const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;
// CloudEvents 1.0 section 3.1, strings: no control characters. NUL also is what Postgres refuses in a text.
const CONTROL = /\p{Cc}/u;
const OPTIONAL = ['time', 'subject', 'datacontenttype', 'dataschema', 'causationid'] as const;

const valuesOf = (header: RecordHeaders[string]): readonly (HeaderValue | null | undefined)[] =>
  Array.isArray(header) ? (header as readonly HeaderValue[]) : [header as HeaderValue | null | undefined];

const refuseHeaders = (headers: RecordHeaders): RecordRefusal | null => {
  let count = 0;
  let bytes = 0;
  for (const name of Object.keys(headers)) {
    for (const value of valuesOf(headers[name])) {
      count += 1;
      bytes += name.length + (value?.length ?? 0);
    }
    if (count > MAX_HEADERS) return tooLarge(`it has more than ${MAX_HEADERS} headers`);
    if (bytes > MAX_HEADER_BYTES) return tooLarge(`its headers are longer than ${MAX_HEADER_BYTES} bytes`);
  }
  return null;
};

/** The first of repeated headers is the header. Bytes that are not UTF-8 are replaced, and then fail as what they name. */
const headerOf = (headers: RecordHeaders, name: string): string | undefined => {
  const [value] = valuesOf(headers[name]);
  if (value === null || value === undefined) return undefined;
  return typeof value === 'string' ? value : lenient.decode(value);
};

const parse = (bytes: Uint8Array): Parsed => {
  if (bytes.length > MAX_RECORD_BYTES) return tooLarge(`it is longer than ${MAX_RECORD_BYTES} bytes`);
  try {
    const text = utf8.decode(bytes);
    if (deeperThan(text, MAX_RECORD_DEPTH)) return tooLarge(`it nests deeper than ${MAX_RECORD_DEPTH} levels`);
    return { ok: true, json: JSON.parse(text) };
  } catch {
    return malformed('its value is not JSON in UTF-8');
  }
};

const faultIn = (name: string, value: unknown): string | null => {
  if (typeof value !== 'string' || value === '') return `${name} must be a non-empty string`;
  if (value.length > MAX_ATTRIBUTE_LENGTH) return `${name} is longer than ${MAX_ATTRIBUTE_LENGTH} characters`;
  return CONTROL.test(value) ? `${name} has control characters` : null;
};

/** Takes the attributes we know and nothing else: what a sender adds can become neither a topic nor a position. */
const eventOf = (attributes: Attributes, data: unknown): ReadResult => {
  if (attributes['specversion'] !== '1.0') return malformed('specversion must be 1.0');
  for (const name of ['id', 'source', 'type', 'tenantid']) {
    const fault = faultIn(name, attributes[name]);
    if (fault !== null) return malformed(fault);
  }
  if (!TENANT.test(attributes['tenantid'] as string)) return malformed('tenantid is not a tenant id');
  const event: Record<string, unknown> = {
    specversion: '1.0',
    id: attributes['id'],
    source: attributes['source'],
    type: attributes['type'],
    tenantid: attributes['tenantid'],
  };
  for (const name of OPTIONAL) {
    const value = attributes[name];
    if (value === undefined || value === null) continue;
    const fault = faultIn(name, value);
    if (fault !== null) return malformed(fault);
    event[name] = value;
  }
  // Trace context, W3C: what cannot be read is ignored; a trace is no reason to lose a request.
  const traceparent = attributes['traceparent'];
  if (typeof traceparent === 'string' && TRACEPARENT.test(traceparent)) event['traceparent'] = traceparent;
  event['data'] = data;
  return { ok: true, event: event as unknown as CloudEvent };
};

/** Kafka binding 3.2, binary mode: attributes in `ce_` headers, `content-type` is the data’s, the value is the data. */
const readBinary = (headers: RecordHeaders, json: unknown): ReadResult => {
  const attributes: Record<string, unknown> = {};
  for (const name of ['specversion', 'id', 'source', 'type', 'tenantid', 'time', 'subject', 'dataschema', 'causationid', 'traceparent'])
    attributes[name] = headerOf(headers, `ce_${name}`);
  attributes['datacontenttype'] = headerOf(headers, 'content-type');
  return eventOf(attributes, json);
};

/** Kafka binding 3.3, structured mode; also what has neither header: the value is the whole event. */
const readStructured = (json: unknown): ReadResult => {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return malformed('its value is not a JSON object');
  const attributes = json as Attributes;
  if (attributes['data_base64'] !== undefined) return malformed('data_base64 is not read: data is JSON');
  return eventOf(attributes, attributes['data']);
};

/**
 * Reads a record as a CloudEvent: structured, binary or bare (CloudEvents 1.0, Kafka binding 3).
 * @param value the bytes of the record, or its JSON where it was parsed already under the same caps; null is a refusal.
 * @returns the event with its known attributes, or why it cannot be read. Type, major version and data are `refuseEvent`’s.
 */
export const readCloudEvent = (headers: RecordHeaders | undefined, value: unknown): ReadResult => {
  const refusal = headers ? refuseHeaders(headers) : null;
  if (refusal) return refusal;
  if (value === null || value === undefined) return malformed('its value is null');
  const parsed: Parsed = value instanceof Uint8Array ? parse(value) : { ok: true, json: value };
  if (!parsed.ok) return parsed;
  const contentType = headers && headerOf(headers, 'content-type')?.toLowerCase();
  // Kafka binding 3.1: the content type decides before ce_specversion does.
  if (contentType?.startsWith('application/cloudevents')) {
    return /^application\/cloudevents\+json\s*(;|$)/.test(contentType) ? readStructured(parsed.json) : malformed('its content type is not read here');
  }
  return headers && headers['ce_specversion'] !== undefined ? readBinary(headers, parsed.json) : readStructured(parsed.json);
};
