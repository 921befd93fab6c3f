import { Controller } from '@nestjs/common';
import { ToolControlChanged } from '@toolplane/contracts/events';
import { OnEvents } from '@toolplane/messaging';
import { Breakers } from '../breakers/breakers.js';
import { Controls } from '../controls/controls.js';

/** Every worker reads the whole of it before it takes its first attempt: what was stopped while it was away stays stopped. */
@Controller()
export class OnToolControlChanged {
  constructor(
    private readonly controls: Controls,
    private readonly breakers: Breakers,
  ) {}

  @OnEvents(ToolControlChanged, { audience: 'everyone' })
  handle(events: readonly ToolControlChanged[]): Promise<void> {
    for (const event of events) {
      const { kind, target, on, state } = event.data;
      if (this.controls.apply(event) && kind === 'breaker') this.breakers.force(target.id, on ? state : null);
    }
    return Promise.resolve();
  }
}
