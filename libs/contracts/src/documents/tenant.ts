import { Type, type Static } from 'typebox';
import { TENANT_ID_PATTERN } from './names.js';

const displayName = Type.String({ minLength: 1, maxLength: 255 });

/** Body of `POST /api/tenants`. */
export const TenantBody = Type.Object(
  { id: Type.String({ pattern: TENANT_ID_PATTERN, description: 'Chosen once; stands in events as tenantid.' }), displayName },
  { additionalProperties: false, description: 'A tenant to be provisioned.' },
);
export type TenantBody = Static<typeof TenantBody>;

/** Body of `PATCH /api/tenants/{id}`. */
export const TenantChange = Type.Object(
  { displayName: Type.Optional(displayName), status: Type.Optional(Type.Enum(['active', 'suspended'])) },
  { additionalProperties: false, minProperties: 1, description: 'What is to change.' },
);
export type TenantChange = Static<typeof TenantChange>;

export const Tenant = Type.Object(
  {
    id: TenantBody.properties.id,
    displayName,
    status: Type.Enum(['active', 'suspended', 'deleted']),
    createdAt: Type.String({ format: 'date-time' }),
    updatedAt: Type.String({ format: 'date-time' }),
  },
  { additionalProperties: false, description: 'A tenant.' },
);
export type Tenant = Static<typeof Tenant>;
