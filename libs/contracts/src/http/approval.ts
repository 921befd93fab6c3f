import { Type, type Static } from 'typebox';
import { Actor, ExecutionId, orNull, Payload, Principal, Redaction } from '../events/fields.js';

export const APPROVAL_STATUSES = ['pending', 'approved', 'denied', 'expired', 'void', 'used'] as const;
export type ApprovalStatus = (typeof APPROVAL_STATUSES)[number];

const time = (description: string) => Type.String({ format: 'date-time', description });

/** An approval as whoever decides sees it. Members always present, null where not known. */
export const Approval = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    executionId: ExecutionId,
    status: Type.Enum([...APPROVAL_STATUSES], {
      description: 'pending until enough people approved or one denied; used when the approved execution has ended; void when the tool changed or the execution ended before.',
    }),
    toolId: Type.String(),
    toolName: Type.String(),
    toolVersion: Type.String({ description: 'The version that is approved: no other will run.' }),
    agent: orNull(Type.String(), 'Agent type on whose behalf the tool is called.'),
    sessionId: orNull(Type.String(), 'Session of the agent.'),
    requestedBy: orNull(Principal, 'Who asked; may not decide.'),
    actor: orNull(Actor, 'Whom the requester acts for; may not decide.'),
    payload: Type.Record(Type.String(), Type.Unknown(), { ...Payload, description: 'The final arguments, sensitive fields redacted.' }),
    payloadDigest: Type.String({ description: 'SHA-256 of the RFC 8785 form of the final arguments, sensitive fields sealed: what is approved.' }),
    redactions: Type.Array(Redaction, { description: 'What was replaced in payload.' }),
    required: Type.Integer({ minimum: 1, description: 'How many people must approve. One who denies is enough.' }),
    decisions: Type.Array(
      Type.Object({
        by: Type.String({ description: 'Id of the principal.' }),
        decision: Type.Enum(['approved', 'denied']),
        comment: orNull(Type.String(), 'What they said.'),
        at: time('When.'),
      }),
      { description: 'What people said so far, oldest first.' },
    ),
    lastApproved: orNull(
      Type.Object({ executionId: ExecutionId, payload: Payload }),
      'The approval of this tool that was given last, to compare with; its payload redacted.',
    ),
    expiresAt: time('Unanswered until then, it is expired.'),
    createdAt: time('When it was asked for.'),
  },
  { description: 'An approval.' },
);
export type Approval = Static<typeof Approval>;

/** Body of `POST /api/approvals/{id}/approve` and `…/deny`. */
export const ApprovalDecisionBody = Type.Object(
  { comment: Type.Optional(Type.String({ minLength: 1, maxLength: 2_000, description: 'For the requester and the audit.' })) },
  { additionalProperties: false, description: 'A decision about an approval.' },
);
export type ApprovalDecisionBody = Static<typeof ApprovalDecisionBody>;
