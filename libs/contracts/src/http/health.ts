import { Type, type Static } from 'typebox';

/** What `/readyz` answers: 200 with `ok` or `degraded`, 503 with `down`. */
export const Readiness = Type.Object(
  {
    status: Type.Enum(['ok', 'degraded', 'down']),
    checks: Type.Array(
      Type.Object({
        name: Type.String(),
        status: Type.Enum(['ok', 'degraded', 'down']),
        since: Type.String({ format: 'date-time', description: 'Since when it stands like this.' }),
        detail: Type.Union([Type.String(), Type.Null()]),
      }),
    ),
  },
  { description: 'Whether a service can do its work, check by check.' },
);
export type Readiness = Static<typeof Readiness>;
