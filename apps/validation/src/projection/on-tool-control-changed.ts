import { Controller } from '@nestjs/common';
import { ToolControlChanged } from '@toolplane/contracts/events';
import { OnEvents } from '@toolplane/messaging';
import { ControlProjection } from './control-projection.js';

/** Keeps the kill switches. Every instance reads all of them, each time it starts. */
@Controller()
export class OnToolControlChanged {
  constructor(private readonly control: ControlProjection) {}

  @OnEvents(ToolControlChanged, { audience: 'everyone', from: 'start' })
  handle(events: readonly ToolControlChanged[]): Promise<void> {
    for (const { tenantid, data } of events) this.control.apply(tenantid, data);
    return Promise.resolve();
  }
}
