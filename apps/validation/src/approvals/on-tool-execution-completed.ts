import { Controller } from '@nestjs/common';
import type { Received } from '@toolplane/contracts/envelope';
import { ToolExecutionCompleted } from '@toolplane/contracts/events';
import { OnEvents } from '@toolplane/messaging';
import { EndedExecutions, hadApproval } from './ended-executions.js';

/** An approval whose execution has succeeded is used. */
@Controller()
export class OnToolExecutionCompleted {
  constructor(private readonly ended: EndedExecutions) {}

  @OnEvents(ToolExecutionCompleted, { wanted: hadApproval })
  handle(events: readonly Received<ToolExecutionCompleted>[]): Promise<void> {
    return this.ended.close(events);
  }
}
