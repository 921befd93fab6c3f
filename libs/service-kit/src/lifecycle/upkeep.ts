import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { DependencyDown } from '@toolplane/contracts/errors';
import type { Logger } from '@toolplane/observability';

/** Work that comes round. */
export interface Round {
  readonly name: string;
  readonly everyMs: number;
  run(): Promise<unknown>;
  /** Whether it runs once more when the service stops. */
  readonly atTheEnd?: boolean;
}

/** Runs the service's rounds for as long as it does: each at once, then again and again, one at a time. */
export class Upkeep implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly timers = new Map<Round, NodeJS.Timeout>();
  private readonly running = new Map<Round, Promise<void>>();
  private stopped = false;

  constructor(
    private readonly rounds: readonly Round[],
    private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    for (const round of this.rounds) this.turn(round);
  }

  /** While there still is a database. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    for (const timer of this.timers.values()) clearTimeout(timer);
    await Promise.all(this.running.values());
    for (const round of this.rounds) if (round.atTheEnd) await this.runOnce(round);
  }

  private turn(round: Round): void {
    this.running.set(
      round,
      this.runOnce(round).finally(() => {
        if (!this.stopped) this.timers.set(round, setTimeout(() => this.turn(round), round.everyMs));
      }),
    );
  }

  private async runOnce({ name, run }: Round): Promise<void> {
    try {
      await run();
    } catch (error) {
      if (error instanceof DependencyDown) this.logger.warn({ err: error, round: name }, 'a round waits');
      else this.logger.error({ err: error, round: name }, 'a round failed');
    }
  }
}
