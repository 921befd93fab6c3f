import { Controller } from '@nestjs/common';
import { ToolInvocationDispatched } from '@toolplane/contracts/events';
import { OnEvents } from '@toolplane/messaging';
import type { Dispatch } from '../worker/invocation.js';
import { Worker } from '../worker/worker.js';

/**
 * Takes attempts whose commit is acknowledged and that nobody was handed before. Calls run beside it: it resolves as soon as there is room
 * for another batch.
 */
@Controller()
export class OnToolInvocationDispatched {
  constructor(private readonly worker: Worker) {}

  @OnEvents(ToolInvocationDispatched, { commit: 'before' })
  async handle(events: readonly Dispatch[]): Promise<void> {
    await this.worker.accept(events);
  }
}
