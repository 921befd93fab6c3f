import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { DependencyDown } from '@toolplane/contracts/errors';
import type { Logger } from '@toolplane/observability';
import type { ApprovalSweep } from './approval-sweep.js';

/** Runs the sweep of approvals, round after round, for as long as the service does. */
export class ApprovalSweeper implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private round: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(
    private readonly sweep: ApprovalSweep,
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
      const ended = await this.sweep.run();
      if (ended > 0) this.logger.info({ ended }, 'ended approvals that were not answered in time or whose tool has changed');
    } catch (error) {
      if (error instanceof DependencyDown) this.logger.warn({ err: error }, 'the sweep of approvals waits');
      else this.logger.error({ err: error }, 'a round of the sweep of approvals failed');
    }
  }
}
