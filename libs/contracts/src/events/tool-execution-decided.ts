import { Type } from 'typebox';
import { Approval, Context, Deadline, ExecutionId, Payload, RuleVerdict, ToolTerms, WireError } from './fields.js';
import { defineEvent, type EventOf } from './define-event.js';

/** 1.0 first. Optional fields may be added; anything else is v2 on its own topic. */
export const ToolExecutionDecided = defineEvent({
  type: 'ToolExecutionDecided',
  topic: 'tool.execution.decided.v1',
  producer: 'validation',
  when: 'When it is decided whether a request may run, and again when an approval is given, denied, expired or void.',
  data: Type.Object({
    executionId: ExecutionId,
    outcome: Type.Enum(['allowed', 'rejected', 'approval_required']),
    error: Type.Union([WireError, Type.Null()], { description: 'With rejected: the code of the first rule that failed.' }),
    ruleSet: Type.String({ description: 'Digest of the rule set that decided; expands to every rule.' }),
    rules: Type.Array(RuleVerdict, { description: 'The rules that say something else than their set has it: they failed, were skipped, or passed with details.' }),
    requestDigest: Type.String({ description: 'Keyed hash of the request as it was received; another one for the same id is a conflict.' }),
    toolName: Type.String({ description: 'As requested, where there is no such tool.' }),
    tool: Type.Union([ToolTerms, Type.Null()], { description: 'Null where there is no such tool.' }),
    input: Payload,
    inputDigest: Type.String({ description: 'SHA-256 of the RFC 8785 form of the final arguments.' }),
    deadline: Type.Union([Deadline, Type.Null()]),
    answerTopic: Type.Union([Type.String(), Type.Null()], { description: 'Topic of the ingress that also gets the answer.' }),
    approval: Type.Union([Approval, Type.Null()]),
    saidAgain: Type.Optional(Type.Boolean({ description: 'Told once more to a log that has lost it: what runs already is not handed on again.' })),
    requestedAt: Type.String({ format: 'date-time', description: 'Append time of the request.' }),
    ...Context,
  }),
});
export type ToolExecutionDecided = EventOf<typeof ToolExecutionDecided>;
