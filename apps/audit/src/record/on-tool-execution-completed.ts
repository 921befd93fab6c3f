import { Controller } from '@nestjs/common';
import type { Received } from '@toolplane/contracts/envelope';
import { ToolExecutionCompleted } from '@toolplane/contracts/events';
import { OnEvents } from '@toolplane/messaging';
import { contentOfOutcome } from './content-of-outcome.js';
import { Recorder } from './recorder.js';

@Controller()
export class OnToolExecutionCompleted {
  constructor(private readonly recorder: Recorder) {}

  @OnEvents(ToolExecutionCompleted)
  handle(events: readonly Received<ToolExecutionCompleted>[]): Promise<void> {
    return this.recorder.record(events, contentOfOutcome);
  }
}
