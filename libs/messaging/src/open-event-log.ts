import { hostname } from 'node:os';
import type { EventLogConfig } from '@toolplane/config';
import { createLogger, type Logger } from '@toolplane/observability';
import { EmbeddedEventLog } from './embedded/embedded-event-log.js';
import { KafkaEventLog } from './kafka/kafka-event-log.js';
import type { EventLog } from './port/event-log.js';

export interface OpenEventLogOptions {
  /** Names this process in the log’s own records; default `toolplane`. */
  readonly service?: string;
  /** Default: silent. */
  readonly logger?: Logger;
}

/** The event log that a configuration names. Connects when it is used. */
export const openEventLog = (config: EventLogConfig, { service = 'toolplane', logger }: OpenEventLogOptions = {}): EventLog => {
  const clientId = `${service}@${hostname()}:${process.pid}`;
  const said = logger ?? createLogger({ service, level: 'silent' });
  return config.kind === 'kafka' ? new KafkaEventLog({ config, clientId, logger: said }) : new EmbeddedEventLog({ url: config.url, clientId, logger: said });
};
