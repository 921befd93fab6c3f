import { Assignment, AssignmentBody, ToolBody } from '@toolplane/contracts/documents';
import { Type, type Static } from 'typebox';

export const MOST_RECORDS = 10_000;
export const MOST_LISTED = 1_000;
const name = (description: string) => Type.String({ minLength: 1, maxLength: 255, description });
const time = (description: string) => Type.Optional(Type.String({ format: 'date-time', description }));
const textOrNull = (description: string) => Type.Union([Type.String(), Type.Null()], { description });

/** Body of `POST /api/policies/simulate`: one change, as it would be written, and which past decisions to ask. */
export const SimulationBody = Type.Object(
  {
    tool: name('The tool it concerns, by name or id.'),
    definition: Type.Optional(
      Type.Partial(ToolBody, {
        additionalProperties: false,
        description: 'Changed fields of its definition; inputSchema, enabled, isDangerous and requiresApproval bear on decisions, the others are passed over.',
      }),
    ),
    agent: Type.Optional(name('The agent type whose assignment is changed; needed beside assignment.')),
    assignment: Type.Optional(Type.Union([AssignmentBody, Type.Null()], { description: 'The whole new assignment; null: it is taken away.' })),
    deniedParameters: Type.Optional({ ...Assignment.properties.deniedParameters, description: 'In place of those of the agent’s assignment; without agent, of every assignment of the tool.' }),
    from: time('Decisions from this moment on.'),
    to: time('Decisions before this moment.'),
    last: Type.Optional(Type.Integer({ minimum: 1, maximum: MOST_RECORDS, description: `Only so many, the newest. Default ${MOST_RECORDS}.` })),
  },
  { additionalProperties: false, description: 'A change of policy, and the past to try it on.' },
);
export type SimulationBody = Static<typeof SimulationBody>;

const Outcome = Type.Object({ outcome: Type.Enum(['allowed', 'rejected', 'approval_required']), code: textOrNull('Code of the first rule that failed.') });
const RuleView = Type.Object({
  verdict: Type.Enum(['pass', 'fail', 'skipped']), code: textOrNull('Code of a rule that failed.'), reason: Type.String(), details: Type.Unknown(),
});
const Flip = Type.Object({
  executionId: Type.String(),
  at: Type.String({ format: 'date-time' }),
  agent: textOrNull('Agent type of the request.'),
  sessionId: textOrNull('Its session.'),
  recorded: Outcome,
  before: Outcome,
  after: Outcome,
  rules: Type.Array(Type.Object({ rule: Type.String(), before: RuleView, after: RuleView }), { description: 'The rules that would say something else: why it flips.' }),
});
export type Flip = Static<typeof Flip>;

export const SimulationAnswer = Type.Object(
  {
    considered: Type.Integer({ description: 'Past decisions that were read.' }),
    judged: Type.Integer({ description: 'Of these, how many were decided again.' }),
    notKept: Type.Integer({ description: 'Of these, how many could not be: their payload was not kept whole.' }),
    from: textOrNull('Moment of the oldest that was read.'),
    to: textOrNull('Moment of the newest that was read.'),
    flips: Type.Integer({ description: 'How many would be decided otherwise.' }),
    byOutcome: Type.Array(Type.Object({ before: Outcome, after: Outcome, count: Type.Integer() }), { description: 'The flips, counted.' }),
    items: Type.Array(Flip, { description: `The flips, newest first, at most ${MOST_LISTED}.` }),
  },
  { description: 'What a change would flip: `recorded` was decided then, `before` would be decided now, `after` with the change.' },
);
export type SimulationAnswer = Static<typeof SimulationAnswer>;
