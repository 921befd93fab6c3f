import { Type, type Static } from 'typebox';
import { ExecuteBody } from './execute.js';
import { ExecutionRecord } from './execution-record.js';

/** Bodies of the calls between services. Apart from the first, each carries the internal token and takes tenant and caller from it. */

/** `POST /internal/tokens` of registry: a credential for a token that lives a minute. */
export const TokenBody = Type.Object(
  {
    credential: Type.String({ minLength: 1, maxLength: 8_192, description: 'API key or JWT, as it was sent.' }),
    tenant: Type.Optional(Type.String({ description: 'The tenant that a platform administrator asks for.' })),
    ip: Type.Union([Type.String(), Type.Null()], { description: 'Address of the HTTP caller, as the gateway saw it.' }),
  },
  { additionalProperties: false },
);
export type TokenBody = Static<typeof TokenBody>;

/** Who calls, as registry vouches for it. */
export const CallerView = Type.Object({
  tenantId: Type.String(),
  principal: Type.Object({ type: Type.Enum(['user', 'service', 'agent']), id: Type.String() }),
  roles: Type.Array(Type.String()),
  agent: Type.Union([Type.String(), Type.Null()], { description: 'The agent type that a key of type agent always acts as.' }),
  mayActFor: Type.Boolean({ description: 'Whether the body may name an actor.' }),
  ip: Type.Union([Type.String(), Type.Null()]),
});
export type CallerView = Static<typeof CallerView>;

export const TokenAnswer = Type.Object({ token: Type.String(), expiresAt: Type.String({ format: 'date-time' }), caller: CallerView });
export type TokenAnswer = Static<typeof TokenAnswer>;

/** `GET /internal/tools/{tool}` of registry: whether the caller's tenant can see such a tool. Not known is 404. */
export const KnownTool = Type.Object({ id: Type.String(), name: Type.String(), currentVersion: Type.String() });
export type KnownTool = Static<typeof KnownTool>;

/** `POST /internal/checks` of validation: existence and input schema, no side effect. 404 `TOOL_NOT_FOUND`, 422 with `errors[]`. */
export const CheckBody = Type.Object(
  {
    tool: Type.String({ minLength: 1, maxLength: 255, description: 'Name or id.' }),
    version: Type.Optional(Type.String({ maxLength: 64 })),
    payload: ExecuteBody.properties.payload,
    agent: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  },
  { additionalProperties: false },
);
export type CheckBody = Static<typeof CheckBody>;

export const CheckAnswer = Type.Object({
  toolId: Type.String(),
  toolName: Type.String(),
  toolVersion: Type.String(),
  sensitive: Type.Object(
    { input: Type.Array(Type.String()), output: Type.Array(Type.String()) },
    { description: 'JSON Pointers of fields that the schemas mark: what execution seals or redacts.' },
  ),
});
export type CheckAnswer = Static<typeof CheckAnswer>;

/** `POST /internal/executions` of execution; `Idempotency-Key` is passed on as a header. */
export const AcceptBody = Type.Object(
  {
    executionId: Type.String({ format: 'uuid', description: 'Made by the gateway, which has registered its waiter under it.' }),
    check: CheckAnswer,
    request: ExecuteBody,
    path: Type.String({ description: 'Path of the public request: part of what an idempotency key stands for.' }),
    wait: Type.Optional(Type.Integer({ minimum: 0, description: 'Seconds the caller is willing to wait.' })),
  },
  { additionalProperties: false },
);
export type AcceptBody = Static<typeof AcceptBody>;

export const AcceptAnswer = Type.Object({ record: ExecutionRecord });
export type AcceptAnswer = Static<typeof AcceptAnswer>;
