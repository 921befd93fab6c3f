import { Type, type Static } from 'typebox';

const MINUTES_10 = 600_000;

/** What a tool of type dummy does: wait, then answer or fail. Made for tests, demonstrations and first steps. */
export const DummySpec = Type.Object(
  {
    delayMs: Type.Optional(Type.Integer({ minimum: 0, maximum: MINUTES_10, description: 'Waits this long. Default 0.' })),
    jitterMs: Type.Optional(Type.Integer({ minimum: 0, maximum: MINUTES_10, description: 'Plus a random share of this. Default 0.' })),
    response: Type.Optional(Type.Unknown({ description: 'Template of the output. Default: the payload itself.' })),
    failure: Type.Optional(
      Type.Union([
        Type.Object(
          {
            rate: Type.Number({ minimum: 0, maximum: 1, description: 'Share of the calls that fail.' }),
            code: Type.String({ minLength: 1, maxLength: 64, description: 'A code of the error catalogue.' }),
            retryable: Type.Boolean(),
          },
          { additionalProperties: false },
        ),
        Type.Null(),
      ], { description: 'How it fails; null or absent: never.' }),
    ),
    seed: Type.Optional(Type.Integer({ description: 'Makes jitter and failures repeatable.' })),
  },
  { additionalProperties: false, description: 'Settings of a tool of type dummy.' },
);
export type DummySpec = Static<typeof DummySpec>;
