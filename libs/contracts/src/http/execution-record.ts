import { Type, type Static } from 'typebox';
import { Context, ExecutionId, Redaction, WireError, orNull } from '../events/fields.js';

const { ip: _ip, ...context } = Context;
const time = (description: string) => Type.String({ format: 'date-time', description });

export const EXECUTION_STATUSES = ['requested', 'awaiting_approval', 'running', 'succeeded', 'failed'] as const;
export type ExecutionStatus = (typeof EXECUTION_STATUSES)[number];

/** An execution as its caller sees it. Members always present, null where not known. */
export const ExecutionRecord = Type.Object(
  {
    id: ExecutionId,
    tenantId: Type.String(),
    ...context,
    toolId: orNull(Type.String(), 'Null until it is decided, and where there is no such tool.'),
    toolName: Type.String({ description: 'As requested, where there is no such tool.' }),
    toolVersion: orNull(Type.String(), 'The version that was pinned by the decision.'),
    status: Type.Enum([...EXECUTION_STATUSES]),
    input: orNull(Type.Unknown(), 'Arguments, fields that the schema marks redacted.'),
    output: orNull(Type.Unknown(), 'What the tool answered; null when it failed or when outputRef stands instead.'),
    outputRef: orNull(
      Type.Object({ url: Type.String(), bytes: Type.Integer(), sha256: Type.String() }),
      'Where an output over 256 KiB can be read.',
    ),
    redactions: Type.Array(Redaction, { description: 'What was replaced in input (/input/…) and output (/output/…).' }),
    error: orNull(WireError, 'Why it failed.'),
    approval: orNull(
      Type.Object({ id: Type.String(), status: Type.String(), expiresAt: time('When nobody can approve any more.'), url: Type.String() }),
      'With awaiting_approval: where it can be decided.',
    ),
    attempts: Type.Integer({ minimum: 0, description: 'Attempts that were dispatched.' }),
    traceId: orNull(Type.String(), 'Trace of the request.'),
    createdAt: time('When it was accepted.'),
    startedAt: orNull(time('When its first attempt was dispatched.'), 'When its first attempt was dispatched.'),
    finishedAt: orNull(time('When it ended.'), 'When it ended.'),
    updatedAt: time('When it last changed.'),
  },
  { description: 'An execution.' },
);
export type ExecutionRecord = Static<typeof ExecutionRecord>;
