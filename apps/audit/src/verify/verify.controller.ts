import { Controller, Get } from '@nestjs/common';
import { Database } from '@toolplane/persistence';
import { Caller, Permission } from '@toolplane/service-kit';
import { Type } from 'typebox';
import { verifyTenant, type ChainReport } from './verify-tenant.js';

const Report = Type.Object(
  {
    ok: Type.Boolean(),
    entries: Type.Integer({ description: 'Entries found good, from the first on.' }),
    firstBadSequence: Type.Union([Type.Integer(), Type.Null()]),
    reason: Type.Union([Type.String(), Type.Null()], { description: 'What is wrong there.' }),
    checkpoint: Type.Object({ seq: Type.Integer(), hash: Type.String() }, { description: 'How far the chain is good.' }),
  },
  { description: 'What following the chain has shown.' },
);

@Controller('api/audit')
export class VerifyController {
  constructor(private readonly database: Database) {}

  @Get('verify')
  @Permission('audit:read', { summary: 'Verify the chain of the caller’s tenant', answers: { 200: Report } })
  verify(@Caller() { tenantId }: Caller): Promise<ChainReport> {
    return verifyTenant(this.database, tenantId);
  }
}
