import { Controller, HttpCode, Post } from '@nestjs/common';
import { CheckedBody, InternalTokens, Public, type Caller, type IssuedToken } from '@toolplane/service-kit';
import { Type, type Static } from 'typebox';
import { Credentials } from './credentials.js';

const TokenRequest = Type.Object(
  {
    credential: Type.String({ minLength: 1, maxLength: 8192, description: 'What stood after Bearer.' }),
    tenant: Type.Optional(Type.Union([Type.String({ maxLength: 255, pattern: '^[^\\u0000]*$' }), Type.Null()], { description: 'X-Toolplane-Tenant.' })),
    ip: Type.Optional(Type.Union([Type.String({ maxLength: 64 }), Type.Null()], { description: 'Address of the HTTP caller.' })),
  },
  { additionalProperties: false, description: 'A credential to be exchanged.' },
);
type TokenRequest = Static<typeof TokenRequest>;

/** Where the gateway exchanges a credential for a token that the other services verify without asking. Not reachable from outside. */
@Controller('internal/tokens')
export class TokensController {
  constructor(
    private readonly credentials: Credentials,
    private readonly tokens: InternalTokens,
  ) {}

  @Post()
  @HttpCode(200)
  @Public({ summary: 'Exchange a credential for an internal token', errors: ['UNAUTHENTICATED', 'FORBIDDEN', 'TENANT_INACTIVE'] })
  async exchange(@CheckedBody(TokenRequest) { credential, tenant, ip }: TokenRequest): Promise<IssuedToken & { caller: Omit<Caller, 'token'> }> {
    const caller = await this.credentials.callerOf({ credential, tenant: tenant ?? undefined, ip: ip ?? null });
    return { ...(await this.tokens.issue(caller)), caller };
  }
}
