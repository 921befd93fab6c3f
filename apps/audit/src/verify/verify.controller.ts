import { Controller, Get, Inject, Query } from '@nestjs/common';
import { Database } from '@toolplane/persistence';
import { Caller, Permission } from '@toolplane/service-kit';
import { IsIn, IsOptional } from 'class-validator';
import { Type } from 'typebox';
import type { CheckpointFiles } from '../checkpoints/checkpoint-files.js';
import { chainOf } from '../read/chain-of.js';
import { SCOPES } from '../read/entries-query.js';
import { verifyTenant, type ChainReport } from './verify-tenant.js';

/** Where checkpoints lie, or null where none are made. */
export const CHECKPOINT_FILES = Symbol('checkpoint files');

const Latest = Type.Object({ seq: Type.Integer(), at: Type.String({ format: 'date-time' }), keyId: Type.String() });
const Report = Type.Object(
  {
    ok: Type.Boolean(),
    entries: Type.Integer({ description: 'Entries found good, from the first that is there on.' }),
    firstBadSequence: Type.Union([Type.Integer(), Type.Null()]),
    reason: Type.Union([Type.String(), Type.Null()], { description: 'What is wrong there.' }),
    checkpoint: Type.Object({ seq: Type.Integer(), hash: Type.String() }, { description: 'How far the chain is good.' }),
    removedThrough: Type.Integer({ description: 'The last entry that retention has removed; signed tombstones lead from there on.' }),
    comparedWith: Type.Object(
      {
        checkpoints: Type.Integer({ description: 'Signed checkpoints from outside the database that agree with the chain.' }),
        latest: Type.Union([Latest, Type.Null()]),
        refused: Type.Integer({ description: 'Lines of their file that no known key has signed.' }),
      },
      { description: 'What was noted of the chain outside the database.' },
    ),
    cannotSee: Type.Array(Type.String(), { description: 'What this does not show, in words.' }),
  },
  { description: 'What following the chain has shown.' },
);

export class VerifyQuery {
  /** `global`: the chain of what belongs to no tenant. */
  @IsOptional() @IsIn(SCOPES)
  readonly scope?: 'tenant' | 'global';
}

@Controller('api/audit')
export class VerifyController {
  constructor(
    private readonly database: Database,
    @Inject(CHECKPOINT_FILES) private readonly files: CheckpointFiles | null,
  ) {}

  @Get('verify')
  @Permission('audit:read', { summary: 'Verify the chain of the caller’s tenant', answers: { 200: Report } })
  async verify(@Caller() caller: Caller, @Query() { scope }: VerifyQuery): Promise<ChainReport> {
    const tenantId = chainOf(caller, scope);
    const { files } = this;
    if (!files) return verifyTenant(this.database, tenantId);
    const { checkpoints, refused } = await files.read(tenantId);
    return verifyTenant(this.database, tenantId, { outside: { checkpoints, refused, isSigned: (statement) => files.isSigned(statement) } });
  }
}
