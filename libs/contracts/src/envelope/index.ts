export type { CloudEvent, Received, RecordPosition } from './cloud-event.js';
export {
  MAX_ATTRIBUTE_LENGTH, MAX_BODY_BYTES, MAX_DEPTH, MAX_HEADERS, MAX_HEADER_BYTES, MAX_INLINE_OUTPUT_BYTES, MAX_OUTPUT_BYTES,
  MAX_PAYLOAD_BYTES, MAX_RECORD_BYTES, MAX_RECORD_DEPTH, deeperThan, depthOf,
} from './caps.js';
export { readCloudEvent, type ReadResult, type RecordHeaders, type RecordRefusal } from './read-cloud-event.js';
export { writeCloudEvent, type WrittenRecord } from './write-cloud-event.js';
