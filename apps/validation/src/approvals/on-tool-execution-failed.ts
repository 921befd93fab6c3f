import { Controller } from '@nestjs/common';
import type { Received } from '@toolplane/contracts/envelope';
import { ToolExecutionFailed } from '@toolplane/contracts/events';
import { OnEvents } from '@toolplane/messaging';
import { EndedExecutions, hadApproval } from './ended-executions.js';

/** Nobody is asked about what has ended, and what was given for it is used. */
@Controller()
export class OnToolExecutionFailed {
  constructor(private readonly ended: EndedExecutions) {}

  @OnEvents(ToolExecutionFailed, { wanted: hadApproval })
  handle(events: readonly Received<ToolExecutionFailed>[]): Promise<void> {
    return this.ended.close(events);
  }
}
