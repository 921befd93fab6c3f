import { Controller } from '@nestjs/common';
import { ToolControlChanged, ToolInvocationDispatched } from '@toolplane/contracts/events';
import { OnEvents } from '@toolplane/messaging';
import type { Dispatch } from '../worker/invocation.js';
import { Worker } from '../worker/worker.js';

/**
 * Takes attempts whose commit is acknowledged and that nobody was handed before. Calls run beside it: it resolves as soon as there is room
 * for another batch. Nothing is taken before it is known what operators have stopped.
 */
@Controller()
export class OnToolInvocationDispatched {
  constructor(private readonly worker: Worker) {}

  @OnEvents(ToolInvocationDispatched, { commit: 'before', after: [ToolControlChanged] })
  async handle(events: readonly Dispatch[]): Promise<void> {
    await this.worker.accept(events);
  }
}
