import { Type } from 'typebox';
import { Attempt, Deadline, ExecutionId, Payload, ToolTerms } from './fields.js';
import { defineEvent, type EventOf } from './define-event.js';

/** 1.0 first. Optional fields may be added; anything else is v2 on its own topic. */
export const ToolInvocationDispatched = defineEvent({
  type: 'ToolInvocationDispatched',
  topic: 'tool.invocation.dispatched.v1',
  producer: 'execution',
  when: 'When an attempt is handed to the workers of one provider; each provider has a topic of its own.',
  data: Type.Object({
    executionId: ExecutionId,
    attempt: Attempt,
    startBy: Type.String({ format: 'date-time', description: 'Database time of the storing transaction + 60 s: past it, no call begins.' }),
    deadline: Type.Union([Deadline, Type.Null()]),
    tool: ToolTerms,
    input: Payload,
    idempotencyKey: Type.String({ description: 'Sent outward with every attempt of this execution.' }),
    agent: Type.Union([Type.String(), Type.Null()], { description: 'Agent type on whose behalf the tool is called.' }),
    sessionId: Type.Union([Type.String(), Type.Null()], { description: 'Session of the agent.' }),
  }),
});
export type ToolInvocationDispatched = EventOf<typeof ToolInvocationDispatched>;
