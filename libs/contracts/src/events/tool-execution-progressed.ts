import { Type } from 'typebox';
import { Context, ExecutionId, Principal, Redaction, WireError } from './fields.js';
import { defineEvent, type EventOf } from './define-event.js';

/** 1.0 first. Optional fields may be added; anything else is v2 on its own topic. */
export const ToolExecutionProgressed = defineEvent({
  type: 'ToolExecutionProgressed',
  topic: 'tool.execution.progressed.v1',
  producer: 'execution',
  when: 'When something out of the ordinary happens to an execution between its decision and its end.',
  data: Type.Object({
    executionId: ExecutionId,
    kind: Type.Enum(['running', 'retry_scheduled', 'late_report', 'cancelled', 'redriven', 'discarded'], {
      description: 'redriven and discarded tell of a parked record.',
    }),
    attempt: Type.Union([Type.Integer({ minimum: 0 }), Type.Null()], { description: 'The attempt concerned.' }),
    dueAt: Type.Union([Type.String({ format: 'date-time' }), Type.Null()], { description: 'With retry_scheduled: when.' }),
    toolId: Type.Union([Type.String(), Type.Null()], { description: 'Tool id.' }),
    toolName: Type.String({ description: 'Tool name.' }),
    toolVersion: Type.Union([Type.String(), Type.Null()], { description: 'The version that runs.' }),
    error: Type.Union([WireError, Type.Null()], { description: 'What made it necessary.' }),
    outputDigest: Type.Union([Type.String(), Type.Null()], { description: 'With late_report: digest of what came too late.' }),
    redactions: Type.Array(Redaction),
    by: Type.Optional(Type.Object(Principal.properties, { description: 'Who asked for it: with cancelled, redriven and discarded.' })),
    deadLetterId: Type.Optional(Type.String({ format: 'uuid', description: 'With redriven and discarded: the parked record.' })),
    ...Context,
  }),
});
export type ToolExecutionProgressed = EventOf<typeof ToolExecutionProgressed>;
