import { Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import type { EventLogConfig } from '@toolplane/config';
import { Health, Logger, Metrics, createLogger } from '@toolplane/observability';
import { openEventLog } from '../open-event-log.js';
import { EventLog } from '../port/event-log.js';
import { CoalescingPublisher } from '../publisher/coalescing-publisher.js';
import { Publisher } from '../publisher/publisher.js';
import { EventLogServer, type RuntimeTopics } from './event-log-server.js';

export interface MessagingOptions {
  /** Names the consumer groups: all instances of a service share them. */
  readonly service: string;
  /** Base topic of an event → topics that are read in its place: a worker’s dispatches, the ingresses of the validation. */
  readonly topics?: RuntimeTopics;
  /** Most events that a handler is given at once; default 500. */
  readonly maxEvents?: number;
  /** How long the end waits for running handlers, in milliseconds; default 10 s. */
  readonly drainMs?: number;
}

const optional = (token: abstract new (...args: never[]) => unknown) => ({ token, optional: true });

/** Closed after Nest has closed the consumers, and after what publishes has ended: a global module’s hook runs last. */
class Ending implements OnApplicationShutdown {
  constructor(
    private readonly publisher: Publisher,
    private readonly log: EventLog,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    if (this.publisher instanceof CoalescingPublisher) await this.publisher.drain();
    await this.log.close();
  }
}

/** The event log of a service: `EventLog`, `Publisher` and `EventLogServer`, for everything in it. */
@Module({})
export class Messaging {
  static with(config: EventLogConfig, options: MessagingOptions): DynamicModule {
    const { service, ...rest } = options;
    return {
      module: Messaging,
      global: true,
      providers: [
        {
          provide: EventLog,
          useFactory: (logger?: Logger) => openEventLog(config, { service, ...(logger ? { logger } : {}) }),
          inject: [optional(Logger)],
        },
        { provide: Publisher, useFactory: (log: EventLog, metrics?: Metrics) => new CoalescingPublisher(log, metrics), inject: [EventLog, optional(Metrics)] },
        {
          provide: EventLogServer,
          useFactory: (log: EventLog, publisher: Publisher, logger?: Logger, metrics?: Metrics, health?: Health) =>
            new EventLogServer({ ...rest, service, log, publisher, logger: logger ?? createLogger({ service }), metrics, health }),
          inject: [EventLog, Publisher, optional(Logger), optional(Metrics), optional(Health)],
        },
        { provide: Ending, useFactory: (publisher: Publisher, log: EventLog) => new Ending(publisher, log), inject: [Publisher, EventLog] },
      ],
      exports: [EventLog, Publisher, EventLogServer],
    };
  }
}
