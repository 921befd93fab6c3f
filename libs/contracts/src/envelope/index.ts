export type { CloudEvent, Received, RecordPosition } from './cloud-event.js';
