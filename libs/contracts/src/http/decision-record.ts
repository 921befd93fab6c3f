import { Type, type Static } from 'typebox';
import { ExecutionId, Payload, RuleVerdict } from '../events/fields.js';

/** What validation reads of past decisions, to replay them: `GET /internal/decisions` of execution. What is sealed stays sealed. */
export const DecisionRecord = Type.Object({
  executionId: ExecutionId,
  at: Type.String({ format: 'date-time', description: 'When it was requested.' }),
  toolId: Type.Union([Type.String(), Type.Null()]),
  toolName: Type.String(),
  toolVersion: Type.Union([Type.String(), Type.Null()]),
  agent: Type.Union([Type.String(), Type.Null()]),
  sessionId: Type.Union([Type.String(), Type.Null()]),
  outcome: Type.Enum(['allowed', 'rejected', 'approval_required']),
  ruleSet: Type.String(),
  rules: Type.Array(RuleVerdict, { description: 'As they travelled with the decision.' }),
  input: Payload,
  inputDigest: Type.Union([Type.String(), Type.Null()], { description: 'Tells whether the input was kept whole.' }),
});
export type DecisionRecord = Static<typeof DecisionRecord>;

export const DecisionPage = Type.Object({
  items: Type.Array(DecisionRecord, { description: 'Oldest first.' }),
  next: Type.Union([Type.String(), Type.Null()]),
});
export type DecisionPage = Static<typeof DecisionPage>;
