import { Type } from 'typebox';
import { Actor, Deadline, ExecutionId, Payload, Principal, reference } from './fields.js';
import { defineEvent, type EventOf } from './define-event.js';

/** 1.0 first. Optional fields may be added; anything else is v2 on its own topic. */
export const ToolExecutionRequested = defineEvent({
  type: 'ToolExecutionRequested',
  topic: 'tool.execution.requested.v1',
  producer: 'upstream',
  audience: 'public',
  when: 'When somebody wants a tool to be run. The log is the acceptance.',
  data: Type.Object({
    executionId: Type.Optional(ExecutionId),
    tool: reference('Name or id of the tool.'),
    version: Type.Optional(reference('Version to run; the current one if absent.', 64)),
    payload: Payload,
    actor: Type.Optional(Actor),
    agent: Type.Optional(reference('Agent type on whose behalf the tool is called.')),
    sessionId: Type.Optional(reference('Session of the agent.')),
    exceptionId: Type.Optional(reference('The case this call belongs to.')),
    correlationId: Type.Optional(reference('Ties executions together.')),
    deadline: Type.Optional(Deadline),
    requestedBy: Type.Optional(Principal),
    ip: Type.Optional(Type.String({ maxLength: 64, description: 'Believed, like requestedBy and requestDigest, only on the topics of execution and playbook.' })),
    requestDigest: Type.Optional(Type.String({ description: 'Keyed hash of the request as it was received, before sealing.' })),
  }),
});
export type ToolExecutionRequested = EventOf<typeof ToolExecutionRequested>;
