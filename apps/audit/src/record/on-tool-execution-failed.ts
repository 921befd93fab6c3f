import { Controller } from '@nestjs/common';
import type { Received } from '@toolplane/contracts/envelope';
import { ToolExecutionFailed } from '@toolplane/contracts/events';
import { OnEvents } from '@toolplane/messaging';
import { contentOfOutcome } from './content-of-outcome.js';
import { Recorder } from './recorder.js';

@Controller()
export class OnToolExecutionFailed {
  constructor(private readonly recorder: Recorder) {}

  @OnEvents(ToolExecutionFailed)
  handle(events: readonly Received<ToolExecutionFailed>[]): Promise<void> {
    return this.recorder.record(events, contentOfOutcome);
  }
}
