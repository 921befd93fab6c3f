import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { DependencyDown } from '@toolplane/contracts/errors';
import type { Logger } from '@toolplane/observability';
import type { Sweep } from './sweep.js';

/** Runs the sweep, round after round, for as long as the service does. */
export class Sweeper implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private round: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(
    private readonly sweep: Sweep,
    private readonly everyMs: number,
    private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.schedule();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.round;
  }

  private schedule(): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.round = this.runOnce().finally(() => this.schedule());
    }, this.everyMs);
  }

  private async runOnce(): Promise<void> {
    try {
      await this.sweep.run();
    } catch (error) {
      if (error instanceof DependencyDown) this.logger.warn({ err: error }, 'the sweep waits');
      else this.logger.error({ err: error }, 'a round of the sweep failed');
    }
  }
}
