import { Controller } from '@nestjs/common';
import { ToolAuditRecorded } from '@toolplane/contracts/events';
import { OnEvents } from '@toolplane/messaging';
import { Waiters } from './waiters.js';
import { awaitsApproval } from './waiting-ids.js';

/** A wait ends early where an approval is waited for: that can take a day. */
@Controller()
export class OnToolAuditRecorded {
  constructor(private readonly waiters: Waiters) {}

  @OnEvents(ToolAuditRecorded, { audience: 'everyone', from: 'end', wanted: awaitsApproval })
  handle(events: readonly ToolAuditRecorded[]): Promise<void> {
    for (const { tenantid, data } of events) if (data.executionId !== null) this.waiters.change(tenantid, data.executionId);
    return Promise.resolve();
  }
}
