import { Type, type Static } from 'typebox';
import { NAME_PATTERN } from './names.js';

export const ROLES = ['viewer', 'operator', 'builder', 'approver', 'auditor', 'tenant-admin', 'platform-admin'] as const;
export type Role = (typeof ROLES)[number];
const RoleName = Type.Enum(['viewer', 'operator', 'builder', 'approver', 'auditor', 'tenant-admin', 'platform-admin']);

const fields = {
  name: Type.String({ minLength: 1, maxLength: 255, description: 'For people: where the key is used.' }),
  type: Type.Enum(['user', 'service', 'agent'], { description: 'What kind of principal it is.' }),
  roles: Type.Array(RoleName, { minItems: 1, maxItems: 7, uniqueItems: true }),
};
const agent = Type.String({ pattern: NAME_PATTERN, description: 'Agent type a key of type agent always acts as.' });

/** Body of `POST /api/tenants/{id}/keys`. */
export const KeyBody = Type.Object(
  {
    ...fields,
    agent: Type.Optional(Type.Union([agent, Type.Null()])),
    mayActFor: Type.Optional(Type.Boolean({ description: 'May say in a request for whom it acts. Default false.' })),
    expiresAt: Type.Optional(Type.Union([Type.String({ format: 'date-time' }), Type.Null()])),
    principalId: Type.Optional(Type.String({ format: 'uuid', description: 'A principal that exists: rotation, or a person’s second key.' })),
  },
  { additionalProperties: false, description: 'A key to be made.' },
);
export type KeyBody = Static<typeof KeyBody>;

/** A key as lists show it: never the key itself. */
export const Key = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    tenantId: Type.String(),
    principalId: Type.String({ format: 'uuid' }),
    ...fields,
    agent: Type.Union([agent, Type.Null()]),
    mayActFor: Type.Boolean(),
    prefix: Type.String({ description: 'Its first characters, to recognise it by.' }),
    expiresAt: Type.Union([Type.String({ format: 'date-time' }), Type.Null()]),
    revokedAt: Type.Union([Type.String({ format: 'date-time' }), Type.Null()]),
    createdAt: Type.String({ format: 'date-time' }),
  },
  { additionalProperties: false, description: 'An API key.' },
);
export type Key = Static<typeof Key>;

/** The answer to its creation, the only one that carries the key. */
export const CreatedKey = Type.Object({ ...Key.properties, key: Type.String({ description: 'Shown this once.' }) }, { additionalProperties: false });
export type CreatedKey = Static<typeof CreatedKey>;
