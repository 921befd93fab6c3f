import { Type, type Static } from 'typebox';

const SecretRef = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$', description: 'Entry of the operator’s secrets.json; never a value.' });

export const NoAuth = Type.Object({ type: Type.Literal('none') }, { additionalProperties: false, description: 'No authentication.' });
export const ApiKeyAuth = Type.Object(
  {
    type: Type.Literal('api_key'),
    in: Type.Enum(['header', 'query']),
    name: Type.String({ pattern: '^[A-Za-z0-9!#$%&\'*+.^_`|~-]{1,128}$', description: 'Header or query parameter that carries the key.' }),
    secretRef: SecretRef,
  },
  { additionalProperties: false, description: 'A key sent with every call.' },
);
export const OAuthStubAuth = Type.Object(
  {
    type: Type.Literal('oauth_stub'),
    tokenUrl: Type.String({ minLength: 1, maxLength: 2048, description: 'Token endpoint; under the same egress policy as the call.' }),
    clientId: Type.String({ minLength: 1, maxLength: 255 }),
    secretRef: SecretRef,
    scopes: Type.Array(Type.String({ minLength: 1, maxLength: 255 }), { maxItems: 50 }),
  },
  { additionalProperties: false, description: 'Client-credentials grant.' },
);
/** How a call authenticates: by reference, so that no event and no row carries a secret. */
export const Auth = Type.Union([NoAuth, ApiKeyAuth, OAuthStubAuth], { description: 'Authentication of the call, by reference to a secret.' });
export type Auth = Static<typeof Auth>;

/** The secret a definition refers to, if any. */
export const secretRefOf = (auth: Auth): string | null => (auth.type === 'none' ? null : auth.secretRef);
