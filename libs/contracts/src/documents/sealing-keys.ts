import { Type, type Static } from 'typebox';

/** Keys that sensitive payload fields are sealed with: JSON Web Key Sets (RFC 7517). The oldest key stands first; the last one seals. */
const coordinate = (description: string) => Type.String({ pattern: '^[A-Za-z0-9_-]{43}$', description });
const ec = {
  kty: Type.Literal('EC'),
  crv: Type.Literal('P-256'),
  kid: Type.String({ minLength: 1, maxLength: 128, pattern: '^[\\x21-\\x7e]*$', description: 'Names the key; never used again for another one.' }),
  use: Type.Optional(Type.Literal('enc')),
  alg: Type.Optional(Type.Literal('ECDH-ES')),
  x: coordinate('The point on the curve.'),
  y: coordinate('The point on the curve.'),
};

export const SealingKey = Type.Object(ec, { additionalProperties: false, description: 'A public key. A private part in it is refused.' });
export type SealingKey = Static<typeof SealingKey>;
export const SealingKeys = Type.Object(
  { keys: Type.Array(SealingKey, { minItems: 1, maxItems: 16, description: 'Oldest first. The last one is the one to seal with.' }) },
  { additionalProperties: false, description: 'sealing-keys.json: the public keys that sensitive payload fields are sealed to.' },
);
export type SealingKeys = Static<typeof SealingKeys>;

export const UnsealingKey = Type.Object({ ...ec, d: coordinate('The private part.') }, { additionalProperties: false, description: 'A private key.' });
export type UnsealingKey = Static<typeof UnsealingKey>;
export const UnsealingKeys = Type.Object(
  { keys: Type.Array(UnsealingKey, { minItems: 1, maxItems: 16, description: 'Every one of them opens.' }) },
  { additionalProperties: false, description: 'The private keys, mounted to workers alone.' },
);
export type UnsealingKeys = Static<typeof UnsealingKeys>;
