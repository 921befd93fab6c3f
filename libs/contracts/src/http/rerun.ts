import { Type, type Static } from 'typebox';
import { Payload, reference } from '../events/fields.js';

/** Body of `POST /api/tools/executions/{id}/rerun`. What is absent is as it was; the version is the current one. */
export const RerunBody = Type.Object(
  {
    payload: Type.Optional(Payload),
    version: Type.Optional(reference('Version to run; the current one if absent.', 64)),
  },
  { additionalProperties: false, description: 'What is to be different this time.' },
);
export type RerunBody = Static<typeof RerunBody>;

const alternatives = (description: string) =>
  Type.Optional(Type.Union([reference(description), Type.Array(reference(description), { minItems: 1, maxItems: 50 })]));
const moment = (description: string) => Type.Optional(Type.String({ format: 'date-time', description }));

/** The filters of `GET /api/tools/executions`, as a document. */
export const RerunFilter = Type.Object(
  {
    tool: alternatives('Name or id.'),
    toolId: alternatives('Tool id.'),
    exceptionId: alternatives('Case.'),
    status: alternatives('succeeded or failed; failed if absent.'),
    code: alternatives('Error code.'),
    sessionId: alternatives('Session.'),
    agent: alternatives('Agent type.'),
    correlationId: alternatives('Correlation id.'),
    from: moment('Accepted at or after.'),
    to: moment('Accepted before.'),
  },
  { additionalProperties: false, minProperties: 1, description: 'Which executions; at least one member.' },
);
export type RerunFilter = Static<typeof RerunFilter>;

/** Body of `POST /api/tools/executions/rerun`. */
export const BulkRerunBody = Type.Object(
  { filter: RerunFilter, dryRun: Type.Optional(Type.Boolean({ description: 'Only count. Default true.' })) },
  { additionalProperties: false, description: 'Ended executions to run again.' },
);
export type BulkRerunBody = Static<typeof BulkRerunBody>;

export const BulkRerunAnswer = Type.Object(
  {
    dryRun: Type.Boolean(),
    matched: Type.Integer({ description: 'Ended executions that the filter matches.' }),
    skipped: Type.Integer({ description: 'Of these, those that name no tool that ever existed.' }),
    executions: Type.Array(Type.String({ format: 'uuid' }), { description: 'Ids of the new executions; empty for a dry run.' }),
  },
  { description: 'What was, or would be, run again.' },
);
export type BulkRerunAnswer = Static<typeof BulkRerunAnswer>;

/** `GET /internal/executions/{id}/request` of execution: what to send to have it run again; sealed fields stay sealed. */
export const StoredRequest = Type.Object({
  tool: Type.String({ description: 'Tool id.' }),
  payload: Payload,
  agent: Type.Union([Type.String(), Type.Null()]),
  sessionId: Type.Union([Type.String(), Type.Null()]),
  exceptionId: Type.Union([Type.String(), Type.Null()]),
  correlationId: Type.String({ description: 'The execution’s own, else its id: what belongs together stays together.' }),
});
export type StoredRequest = Static<typeof StoredRequest>;
