import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { ToolplaneError } from '@toolplane/contracts/errors';
import { ToolControlChanged, ToolRegistryChanged } from '@toolplane/contracts/events';
import { EventLogServer, groupOf } from '@toolplane/messaging';
import { Health } from '@toolplane/observability';

/** What of a running consumer is looked at here. */
interface Consumer {
  readonly name: string;
  caughtUp(signal: AbortSignal): Promise<void>;
}

const NAMES = [ToolRegistryChanged, ToolControlChanged].map((definition) => groupOf('validation', definition));
const LOOK_EVERY_MS = 50;
const READING = 'the definitions are still being read';

/**
 * Whether the projections hold all that there was when this instance started. Until then nobody is answered: what has not been read would
 * seem not to exist. Requests on the log wait by themselves (`after`); this is for whoever asks over HTTP.
 */
@Injectable()
export class ProjectionState implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly stopped = new AbortController();
  private complete = false;

  constructor(
    private readonly server: EventLogServer,
    health: Health,
  ) {
    health.register('projection', () => {
      if (!this.complete) throw new Error(READING);
      return 'complete';
    });
  }

  get isComplete(): boolean {
    return this.complete;
  }

  /** @throws ToolplaneError NOT_READY: nothing was refused, ask again. */
  mustBeComplete(): void {
    if (!this.complete) throw new ToolplaneError('NOT_READY', { message: READING });
  }

  onApplicationBootstrap(): void {
    void this.read();
  }

  onApplicationShutdown(): void {
    this.stopped.abort();
  }

  private async read(): Promise<void> {
    const { signal } = this.stopped;
    const consumers = await this.consumers();
    await Promise.all(consumers.map((consumer) => consumer.caughtUp(signal)));
    this.complete = !signal.aborted;
  }

  /** Consumers are made after HTTP listens, so that health can be asked while the log is still being reached. */
  private async consumers(): Promise<readonly Consumer[]> {
    for (;;) {
      const found = this.server.unwrap<readonly Consumer[]>().filter(({ name }) => NAMES.includes(name));
      if (found.length === NAMES.length || this.stopped.signal.aborted) return found;
      await sleep(LOOK_EVERY_MS, undefined, { ref: false });
    }
  }
}
