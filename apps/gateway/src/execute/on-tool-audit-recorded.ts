import { Controller } from '@nestjs/common';
import { ToolAuditRecorded } from '@toolplane/contracts/events';
import { OnEvents, type LogRecord } from '@toolplane/messaging';
import { Followers, isFollowed } from '../stream/followers.js';
import { Waiters } from './waiters.js';
import { awaitsApproval } from './waiting-ids.js';

/** Most entries concern nobody here, and are not even parsed. */
const concernsSomebody = (record: LogRecord): boolean => awaitsApproval(record) || isFollowed(record);

/** A wait ends early where an approval is waited for, which can take a day; and whoever follows a tenant's audit is told. */
@Controller()
export class OnToolAuditRecorded {
  constructor(
    private readonly waiters: Waiters,
    private readonly followers: Followers,
  ) {}

  @OnEvents(ToolAuditRecorded, { audience: 'everyone', from: 'end', wanted: concernsSomebody })
  handle(events: readonly ToolAuditRecorded[]): Promise<void> {
    for (const { tenantid, data } of events) {
      if (data.executionId !== null && data.approval?.decision === 'pending') this.waiters.change(tenantid, data.executionId);
    }
    for (const tenantId of new Set(events.map(({ tenantid }) => tenantid))) {
      this.followers.tell(tenantId, events.filter(({ tenantid }) => tenantid === tenantId).map(({ data }) => data));
    }
    return Promise.resolve();
  }
}
