import { Type } from 'typebox';
import { defineEvent, type EventOf } from './define-event.js';
import { Outcome } from './outcome.js';

/** 1.0 first. Optional fields may be added; anything else is v2 on its own topic. */
export const ToolExecutionCompleted = defineEvent({
  type: 'ToolExecutionCompleted',
  topic: 'tool.execution.completed.v1',
  producer: 'execution',
  audience: 'public',
  when: 'When a tool has run and answered.',
  data: Type.Object({ status: Type.Literal('succeeded'), ...Outcome }),
});
export type ToolExecutionCompleted = EventOf<typeof ToolExecutionCompleted>;
