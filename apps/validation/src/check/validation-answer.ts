import { Type, type Static } from 'typebox';

const orNull = <S extends ReturnType<typeof Type.String> | ReturnType<typeof Type.Unknown>>(schema: S, description: string) =>
  Type.Union([schema, Type.Null()], { description });

/** What `POST /api/tools/{tool}/validate` answers: the decision as it would be, with every rule. */
export const ValidationAnswer = Type.Object(
  {
    allowed: Type.Boolean({ description: 'No rule failed. It may still wait for an approval.' }),
    code: orNull(Type.String(), 'Code of the first rule that failed.'),
    effectivePayload: Type.Unknown({ description: 'The payload after defaults, fields that the schema marks redacted.' }),
    approvalRequired: Type.Boolean(),
    rules: Type.Array(
      Type.Object({
        rule: Type.String(),
        verdict: Type.Enum(['pass', 'fail', 'skipped']),
        code: orNull(Type.String(), 'Code of a rule that failed.'),
        reason: Type.String(),
        details: Type.Unknown({ description: 'What the rule found, or null.' }),
      }),
      { description: 'Every rule, in the order in which they are judged.' },
    ),
  },
  { description: 'What would become of a request.' },
);
export type ValidationAnswer = Static<typeof ValidationAnswer>;
