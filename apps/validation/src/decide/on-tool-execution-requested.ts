import { Controller } from '@nestjs/common';
import type { Received } from '@toolplane/contracts/envelope';
import { ToolplaneError } from '@toolplane/contracts/errors';
import { ToolControlChanged, ToolExecutionRequested, ToolRegistryChanged, type Outgoing, type ToolExecutionDecided } from '@toolplane/contracts/events';
import { OnEvents, Publisher } from '@toolplane/messaging';
import { Decider } from './decider.js';

/** Decides about requests. Nothing is asked of anybody: a batch is decided in one go and published in one. */
@Controller()
export class OnToolExecutionRequested {
  constructor(
    private readonly decider: Decider,
    private readonly publisher: Publisher,
  ) {}

  // An incomplete projection would refuse what it has not read of yet.
  @OnEvents(ToolExecutionRequested, { after: [ToolRegistryChanged, ToolControlChanged] })
  async handle(events: readonly Received<ToolExecutionRequested>[]): Promise<void> {
    const decided: Outgoing<ToolExecutionDecided>[] = [];
    for (const event of events) {
      const answer = this.decider.decide(event);
      if (typeof answer === 'string') throw new ToolplaneError(answer);
      decided.push(answer);
    }
    await this.publisher.publish(decided);
  }
}
