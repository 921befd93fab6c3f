import type { Logger } from '@toolplane/observability';
import { EventLog } from '../port/event-log.js';
export interface EmbeddedEventLogOptions { readonly url: string; readonly clientId: string; readonly logger: Logger }
export class EmbeddedEventLog extends EventLog {
  readonly clusterId = '';
  constructor(_options: EmbeddedEventLogOptions) { super(); }
  append(): Promise<void> { throw new Error('not yet'); }
  subscribe(): never { throw new Error('not yet'); }
  endOffsets(): Promise<never> { throw new Error('not yet'); }
  groupPositions(): Promise<never> { throw new Error('not yet'); }
  readBack(): Promise<void> { throw new Error('not yet'); }
  ensureTopics(): Promise<void> { throw new Error('not yet'); }
  close(): Promise<void> { return Promise.resolve(); }
}
