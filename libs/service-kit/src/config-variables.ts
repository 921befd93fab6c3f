import { variable, type Variable } from '@toolplane/config';
import { Type } from 'typebox';
import type { CALLABLE_SERVICES } from './calls/service-client.js';

/** Variable of the one service that signs internal tokens. */
export const internalTokenVariables = (): { readonly privateKey: Variable<string> } => ({
  privateKey: variable({
    env: 'INTERNAL_TOKEN_PRIVATE_KEY',
    doc: 'Ed25519 private key (PKCS8 PEM) that signs internal tokens.',
    schema: Type.String({ pattern: '^-----BEGIN PRIVATE KEY-----' }),
    secret: true,
  }),
});

/** Variables with the base URLs of the services that this one calls: `REGISTRY_URL` and so on. */
export const serviceUrlVariables = <const Names extends readonly (typeof CALLABLE_SERVICES)[number][]>(...names: Names): Readonly<Record<Names[number], Variable<string>>> =>
  Object.fromEntries(
    names.map((name) => [
      name,
      variable({ env: `${name.toUpperCase()}_URL`, doc: `Base URL of ${name}, for calls between services.`, schema: Type.String({ pattern: '^https?://[^/]+$' }) }),
    ]),
  ) as Record<Names[number], Variable<string>>;
