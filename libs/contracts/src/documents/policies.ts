import { Type, type Static } from 'typebox';

/** The operator's files of `deploy/policies/`. Tenants cannot change them; a definition can only narrow what they allow. */
const Origin = Type.String({ pattern: '^https?://[^/?#@\\s]+$', description: 'Scheme, host and port, without a path.' });
const Tenants = Type.Array(Type.String({ minLength: 1 }), { description: 'Tenant ids; "*" is every tenant and the global scope.' });

export const EgressPolicy = Type.Object(
  {
    default: Type.Enum(['public-https', 'deny'], { description: 'public-https: public addresses, HTTPS, port 443. deny: only what allow lists.' }),
    allow: Type.Optional(
      Type.Array(
        Type.Object(
          {
            origin: Origin,
            pathPrefix: Type.Optional(Type.String({ pattern: '^/' })),
            methods: Type.Optional(Type.Array(Type.String())),
            tenants: Type.Optional(Tenants),
            tools: Type.Optional(Type.Array(Type.String())),
            caFile: Type.Optional(Type.String({ description: 'Certificates to trust for this origin.' })),
          },
          { additionalProperties: false },
        ),
      ),
    ),
    private: Type.Optional(
      Type.Array(
        Type.Object({ cidr: Type.String(), ports: Type.Array(Type.Integer({ minimum: 1, maximum: 65_535 })) }, { additionalProperties: false }),
        { description: 'Private ranges and ports that may be dialled.' },
      ),
    ),
    proxy: Type.Optional(Type.String({ description: 'Proxy that every call goes through.' })),
  },
  { additionalProperties: false, description: 'egress.json: where calls may go.' },
);
export type EgressPolicy = Static<typeof EgressPolicy>;

export const SecretSource = Type.Union([
  Type.Object({ env: Type.String({ minLength: 1 }) }, { additionalProperties: false }),
  Type.Object({ file: Type.String({ minLength: 1 }) }, { additionalProperties: false }),
]);
export const SecretEntry = Type.Object(
  { tenants: Tenants, origins: Type.Array(Origin, { description: 'The only origins it may be sent to.' }), from: SecretSource },
  { additionalProperties: false },
);
export type SecretEntry = Static<typeof SecretEntry>;
export const SecretsPolicy = Type.Record(Type.String(), SecretEntry, { description: 'secrets.json: which secrets there are, for whom and for where.' });
export type SecretsPolicy = Static<typeof SecretsPolicy>;

export const IngressEntry = Type.Object(
  {
    topic: Type.String({ pattern: '^tool\\.execution\\.requested\\.v1(\\.[a-z0-9-]+)?$' }),
    principal: Type.String({ minLength: 1, description: 'The one Kafka principal that may write there, for instance User:orders.' }),
    tenants: Tenants,
    answerTopic: Type.Optional(Type.String({ pattern: '^tool\\.execution\\.answered\\.v1\\.[a-z0-9-]+$' })),
  },
  { additionalProperties: false },
);
export type IngressEntry = Static<typeof IngressEntry>;
export const IngressPolicy = Type.Record(Type.String(), IngressEntry, { description: 'ingress.json: who may request over Kafka, for whom.' });
export type IngressPolicy = Static<typeof IngressPolicy>;

/** Whether an entry covers a tenant; null stands for the global scope. */
export const coversTenant = (tenants: readonly string[], tenantId: string | null): boolean =>
  tenants.includes('*') || (tenantId !== null && tenants.includes(tenantId));
