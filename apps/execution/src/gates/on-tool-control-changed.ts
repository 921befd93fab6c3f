import { Controller } from '@nestjs/common';
import { ToolControlChanged } from '@toolplane/contracts/events';
import { OnEvents } from '@toolplane/messaging';
import { Gates } from './gates.js';

/** Keeps the gates. Every instance reads all of `control`, each time it starts, before it dispatches anything. */
@Controller()
export class OnToolControlChanged {
  constructor(private readonly gates: Gates) {}

  @OnEvents(ToolControlChanged, { audience: 'everyone', from: 'start' })
  handle(events: readonly ToolControlChanged[]): Promise<void> {
    for (const { tenantid, data } of events) this.gates.apply(tenantid, data);
    return Promise.resolve();
  }
}
