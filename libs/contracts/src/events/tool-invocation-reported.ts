import { Type } from 'typebox';
import { Attempt, ExecutionId, Redaction, WireError } from './fields.js';
import { defineEvent, type EventOf } from './define-event.js';

/** 1.0 first. Optional fields may be added; anything else is v2 on its own topic. */
export const ToolInvocationReported = defineEvent({
  type: 'ToolInvocationReported',
  topic: 'tool.invocation.reported.v1',
  producer: 'provider',
  when: 'When a worker knows how an attempt stands: after the call, or once while it lasts longer than 250 ms.',
  data: Type.Object({
    executionId: ExecutionId,
    attempt: Attempt,
    status: Type.Enum(['running', 'succeeded', 'failed', 'not_started']),
    output: Type.Optional(Type.Unknown({ description: 'With succeeded; redacted by the output schema.' })),
    error: Type.Optional(WireError),
    providerMs: Type.Optional(Type.Integer({ minimum: 0, description: 'How long the call took, in milliseconds.' })),
    tokensUsed: Type.Optional(Type.Integer({ minimum: 0, description: 'Where the provider reports them.' })),
    redactions: Type.Optional(Type.Array(Redaction)),
    worker: Type.Optional(Type.String({ description: 'The worker that reports, for operators.' })),
  }),
});
export type ToolInvocationReported = EventOf<typeof ToolInvocationReported>;
