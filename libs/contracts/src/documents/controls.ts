import { Type, type Static } from 'typebox';

const Reason = Type.String({ minLength: 1, maxLength: 1024, description: 'Why; told to whoever is stopped by it.' });
const Maker = Type.Object({ type: Type.String(), id: Type.String() }, { description: 'A principal.' });
const time = (description: string) => Type.String({ format: 'date-time', description });

export const KILL_SWITCH_TARGETS = ['tool', 'agent', 'tenant'] as const;
export type KillSwitchTarget = (typeof KILL_SWITCH_TARGETS)[number];

/** Body of `PUT /api/kill-switches/{type}/{id}`. */
export const KillSwitchBody = Type.Object(
  {
    on: Type.Boolean(),
    reason: Type.Optional(Type.Union([Reason, Type.Null()])),
    scope: Type.Optional(Type.Enum(['global', 'tenant'], { description: 'global stops it for everybody and is for platform administrators. Default tenant.' })),
  },
  { additionalProperties: false, description: 'Stops something, or frees it.' },
);
export type KillSwitchBody = Static<typeof KillSwitchBody>;

export const KillSwitch = Type.Object(
  {
    type: Type.Enum(['tool', 'agent', 'tenant']),
    id: Type.String({ description: 'Tool id, agent name or tenant id.' }),
    name: Type.String({ description: 'For people.' }),
    scope: Type.Enum(['global', 'tenant'], { description: 'Whom it stops.' }),
    on: Type.Boolean(),
    reason: Type.Union([Type.String(), Type.Null()]),
    changedAt: Type.Union([time('When it was last switched.'), Type.Null()], { description: 'Null where it never was.' }),
    changedBy: Type.Union([Maker, Type.Null()]),
  },
  { additionalProperties: false, description: 'A kill switch.' },
);
export type KillSwitch = Static<typeof KillSwitch>;

/** Body of `POST /api/breakers/{id}/open|close|probe`; may be left out. */
export const BreakerOrder = Type.Object({ reason: Type.Optional(Type.Union([Reason, Type.Null()])) }, { additionalProperties: false, description: 'Why.' });
export type BreakerOrder = Static<typeof BreakerOrder>;

const State = Type.Enum(['closed', 'open', 'half_open'], { description: 'open: calls are refused; half_open: one is tried.' });

/** A circuit breaker, as the workers tell of it and as an operator may have forced it. */
export const Breaker = Type.Object(
  {
    id: Type.String({ description: '`<tenant>:<tool id>:<hash of the origin>`.' }),
    toolId: Type.String(),
    toolName: Type.Union([Type.String(), Type.Null()]),
    origin: Type.String({ description: 'Where its calls go.' }),
    provider: Type.String(),
    state: Type.Enum(['closed', 'open', 'half_open'], { description: 'The worst of all workers, or open where it is forced so.' }),
    since: time('Since when it is in that state.'),
    retryAfterMs: Type.Union([Type.Integer({ minimum: 0 }), Type.Null()]),
    forced: Type.Union(
      [
        Type.Object({
          state: Type.Enum(['open', 'closed', 'probe']),
          reason: Type.Union([Type.String(), Type.Null()]),
          changedAt: time('When.'),
          changedBy: Maker,
        }),
        Type.Null(),
      ],
      { description: 'The operator’s last word; open holds until another one is said.' },
    ),
    workers: Type.Array(Type.Object({ worker: Type.String(), state: State, since: time('Since when.'), retryAfterMs: Type.Union([Type.Integer({ minimum: 0 }), Type.Null()]) })),
  },
  { additionalProperties: false, description: 'A circuit breaker.' },
);
export type Breaker = Static<typeof Breaker>;
