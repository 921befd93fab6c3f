import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { ToolControlChanged } from '@toolplane/contracts/events';
import { EventLogServer, groupOf } from '@toolplane/messaging';
import { Health } from '@toolplane/observability';

/** What of a running consumer is looked at here. */
interface Consumer {
  readonly name: string;
  caughtUp(signal: AbortSignal): Promise<void>;
}

const NAME = groupOf('execution', ToolControlChanged);
const LOOK_EVERY_MS = 50;

/** Whether the gates hold all that there was when this instance started. Until then no retry goes out: what has not been read would seem open. */
@Injectable()
export class GatesState implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly stopped = new AbortController();
  private complete = false;

  constructor(
    private readonly server: EventLogServer,
    health: Health,
  ) {
    health.register('gates', () => {
      if (!this.complete) throw new Error('what operators have stopped is still being read');
      return 'complete';
    });
  }

  get isComplete(): boolean {
    return this.complete;
  }

  onApplicationBootstrap(): void {
    void this.read();
  }

  onApplicationShutdown(): void {
    this.stopped.abort();
  }

  private async read(): Promise<void> {
    const { signal } = this.stopped;
    // Consumers are made after HTTP listens.
    for (; !signal.aborted; await sleep(LOOK_EVERY_MS, undefined, { ref: false })) {
      const consumer = this.server.unwrap<readonly Consumer[]>().find(({ name }) => name === NAME);
      if (!consumer) continue;
      await consumer.caughtUp(signal);
      this.complete = !signal.aborted;
      return;
    }
  }
}
