import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { DependencyDown } from '@toolplane/contracts/errors';
import { ToolExecutionCompleted, ToolExecutionFailed } from '@toolplane/contracts/events';
import { EventLog, groupOf } from '@toolplane/messaging';
import { Logger } from '@toolplane/observability';
import { Database, Positions } from '@toolplane/persistence';

const EVERY_MS = 30_000;
const FOLLOWED = [ToolExecutionCompleted, ToolExecutionFailed];

/**
 * Moves the stored positions on past what was passed over: most outcomes are nobody's step, and no transaction of ours tells of them.
 * Without it a start would go back to the last one that was, however much lies between, as if the database had been restored.
 */
@Injectable()
export class PassedOver implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly database: Database,
    private readonly positions: Positions,
    private readonly log: EventLog,
    private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.keep().catch((err: unknown) => this.tell(err)), EVERY_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** What a group has committed was handled, or passed over. */
  async keep(): Promise<void> {
    const committed = (await Promise.all(FOLLOWED.map((event) => this.log.groupPositions(groupOf('playbook', event), [event.topic])))).flat();
    const read = committed.flatMap(({ topic, partition, next }) => (next === null || next === 0n ? [] : [{ record: { topic, partition, offset: next - 1n } }]));
    await this.database.asWorker((tx) => this.positions.advance(tx, read, this.log.clusterId));
  }

  private tell(err: unknown): void {
    if (!(err instanceof DependencyDown)) this.logger.error({ err }, 'the positions could not be kept');
  }
}
