import { Controller } from '@nestjs/common';
import type { Received } from '@toolplane/contracts/envelope';
import { ToolExecutionCompleted } from '@toolplane/contracts/events';
import { OnEvents } from '@toolplane/messaging';
import { Follower, isWanted } from './follower.js';

@Controller()
export class OnToolExecutionCompleted {
  constructor(private readonly follower: Follower) {}

  @OnEvents(ToolExecutionCompleted, { wanted: isWanted })
  async handle(events: readonly Received<ToolExecutionCompleted>[]): Promise<void> {
    await this.follower.follow(events);
  }
}
