import { Type } from 'typebox';
import { defineEvent, type EventOf } from './define-event.js';
import { Outcome } from './outcome.js';

/** 1.0 first. Optional fields may be added; anything else is v2 on its own topic. */
export const ToolExecutionFailed = defineEvent({
  type: 'ToolExecutionFailed',
  topic: 'tool.execution.failed.v1',
  producer: 'execution',
  audience: 'public',
  when: 'When an execution ends without an output: rejected, expired, cancelled, or failed in the call.',
  data: Type.Object({ status: Type.Literal('failed'), ...Outcome }),
});
export type ToolExecutionFailed = EventOf<typeof ToolExecutionFailed>;
