import { Type, type Static } from 'typebox';

/** What `/readyz` answers: 200 with `ok`, 503 with `down`. */
export const Readiness = Type.Object(
  {
    status: Type.Enum(['ok', 'down']),
    checks: Type.Array(
      Type.Object({
        name: Type.String(),
        status: Type.Enum(['ok', 'down']),
        since: Type.String({ format: 'date-time', description: 'Since when it stands like this.' }),
        detail: Type.Unknown({ description: 'What the check found, for operators; null where there is nothing to say.' }),
      }),
    ),
  },
  { description: 'Whether a service can do its work, check by check.' },
);
export type Readiness = Static<typeof Readiness>;
