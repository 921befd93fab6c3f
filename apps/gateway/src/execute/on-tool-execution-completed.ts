import { Controller } from '@nestjs/common';
import { ToolExecutionCompleted } from '@toolplane/contracts/events';
import { OnEvents } from '@toolplane/messaging';
import { Waiters } from './waiters.js';
import { concernsSomebody } from './waiting-ids.js';

@Controller()
export class OnToolExecutionCompleted {
  constructor(private readonly waiters: Waiters) {}

  @OnEvents(ToolExecutionCompleted, { audience: 'everyone', from: 'end', wanted: concernsSomebody })
  handle(events: readonly ToolExecutionCompleted[]): Promise<void> {
    for (const { tenantid, data } of events) this.waiters.change(tenantid, data.executionId);
    return Promise.resolve();
  }
}
