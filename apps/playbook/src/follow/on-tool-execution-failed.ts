import { Controller } from '@nestjs/common';
import type { Received } from '@toolplane/contracts/envelope';
import { ToolExecutionFailed } from '@toolplane/contracts/events';
import { OnEvents } from '@toolplane/messaging';
import { Follower, isWanted } from './follower.js';

@Controller()
export class OnToolExecutionFailed {
  constructor(private readonly follower: Follower) {}

  @OnEvents(ToolExecutionFailed, { wanted: isWanted })
  async handle(events: readonly Received<ToolExecutionFailed>[]): Promise<void> {
    await this.follower.follow(events);
  }
}
