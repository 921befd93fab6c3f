import { readFileSync } from 'node:fs';
import { refined, variable, type Refined } from '@toolplane/config';
import { ROLES, type Role } from '@toolplane/contracts/documents';
import { Type } from 'typebox';
import { jwksFault } from './jwks-file.js';

/** Signatures only: with a shared secret whoever checks could also write. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'] as const;

export interface OidcConfig {
  readonly issuer: string;
  readonly audience: string;
  readonly jwksFile: string;
  readonly algorithms: readonly string[];
  /** Where in a token something stands: the name of a claim, or, with a slash before it, a JSON Pointer. */
  readonly claims: Readonly<Record<'tenant' | 'roles' | 'agent' | 'type', string>>;
  /** Roles by the issuer's names for them; undefined: by ours, without platform-admin. */
  readonly roleNames: Readonly<Record<string, Role>> | undefined;
}

const text = Type.String({ minLength: 1 });
const claim = (env: string, what: string, fallback: string) =>
  variable({ env, doc: `Claim that holds ${what}: its name, or a JSON Pointer such as /realm_access/roles.`, schema: text, default: fallback });

/** Variables of people who come with a token of an OpenID Connect issuer. Without OIDC_ISSUER there are none. */
export const oidcVariables = (): Refined<OidcConfig | undefined> =>
  refined(
    {
      issuer: variable({ env: 'OIDC_ISSUER', doc: 'Issuer whose JWTs are taken as credentials, exactly as it stands in iss. Absent: API keys only.', schema: text, optional: true }),
      audience: variable({ env: 'OIDC_AUDIENCE', doc: 'What aud of a token must be or hold; required with OIDC_ISSUER.', schema: text, optional: true }),
      jwksFile: variable({
        env: 'OIDC_JWKS_FILE',
        doc: 'The issuer’s public keys (JWKS), read again when the file changes; required with OIDC_ISSUER.',
        schema: text,
        optional: true,
      }),
      algorithms: variable({
        env: 'OIDC_ALGORITHMS',
        doc: 'Signature algorithms that are accepted, as a comma list.',
        schema: Type.Array(Type.Enum([...ALGORITHMS]), { minItems: 1 }),
        default: ['RS256', 'ES256', 'EdDSA'],
      }),
      tenant: claim('OIDC_TENANT_CLAIM', 'the tenant', 'tenant'),
      roles: claim('OIDC_ROLES_CLAIM', 'the roles, as a list or a text with spaces', 'roles'),
      agent: claim('OIDC_AGENT_CLAIM', 'the agent type that the bearer always acts as', 'agent'),
      type: claim('OIDC_TYPE_CLAIM', 'user or service, where the issuer says so; without it a token whose subject is its own client is a service’s', 'principal_type'),
      roleNames: variable({
        env: 'OIDC_ROLE_NAMES',
        doc: 'The issuer’s names for our roles, as {"its name":"our role"}; then no other counts. Absent: our own names, without platform-admin.',
        schema: Type.Record(Type.String(), Type.Enum([...ROLES])),
        optional: true,
      }),
    },
    ({ issuer, audience, jwksFile, algorithms, tenant, roles, agent, type, roleNames }, blame): OidcConfig | undefined => {
      if (issuer === undefined) {
        for (const [env, value] of [['OIDC_AUDIENCE', audience], ['OIDC_JWKS_FILE', jwksFile]] as const) if (value !== undefined) blame(env, 'needs OIDC_ISSUER');
        return undefined;
      }
      if (audience === undefined) blame('OIDC_AUDIENCE', 'is required with OIDC_ISSUER');
      if (jwksFile === undefined) blame('OIDC_JWKS_FILE', 'is required with OIDC_ISSUER');
      const fault = jwksFile === undefined ? null : fileFault(jwksFile);
      if (fault !== null) blame('OIDC_JWKS_FILE', `${jwksFile} ${fault}`);
      return { issuer, audience: audience ?? '', jwksFile: jwksFile ?? '', algorithms, claims: { tenant, roles, agent, type }, roleNames };
    },
  );

const fileFault = (path: string): string | null => {
  try {
    return jwksFault(readFileSync(path, 'utf8'));
  } catch (cause) {
    return `cannot be read (${(cause as NodeJS.ErrnoException).code ?? 'unknown reason'})`;
  }
};
