import { Controller, Get, Query } from '@nestjs/common';
import { AuditEntry } from '@toolplane/contracts/events';
import { Database } from '@toolplane/persistence';
import { Caller, Permission } from '@toolplane/service-kit';
import { ArrayMaxSize, IsIn, IsInt, IsOptional, IsUUID, Max, Min } from 'class-validator';
import { Type } from 'typebox';
import { entryOf, SELECTED, type SelectedRow } from '../chain/entry-row.js';
import type { Entry } from '../chain/entry.js';
import { inChain } from '../chain/in-chain.js';

const MOST = 500;
const TIMEOUT_MS = 10_000;
const KINDS = AuditEntry.properties.kind.enum;

export class ChainQuery {
  /** The last entry that is known already; without it: the head alone, no entries. */
  @IsOptional() @IsInt() @Min(0)
  readonly after?: number;

  @IsOptional() @IsInt() @Min(1) @Max(MOST)
  readonly limit?: number;

  @IsOptional() @ArrayMaxSize(20) @IsIn(KINDS, { each: true })
  readonly kind?: string[];

  @IsOptional() @IsUUID('all')
  readonly executionId?: string;
}

/** A piece of a chain in its order, for who follows it. */
export interface ChainPiece {
  readonly items: readonly Entry[];
  /** How far one has read with this, whether or not anything there was wanted. */
  readonly through: number;
}
const Piece = Type.Object({ items: Type.Array(AuditEntry), through: Type.Integer() }, { description: 'Entries in the order of the chain.' });

const HEAD = 'select coalesce((select seq from audit.heads where tenant_id = $1), 0) as seq';
const NEXT = `
  select ${SELECTED} from audit.entries e
   where e.tenant_id = $1 and e.seq > $2 and e.seq <= $3 and ($4::text[] is null or e.kind = any($4)) and ($5::uuid is null or e.execution_id = $5)
   order by e.seq limit $6`;

/** For the live stream of the gateway: the caller's chain from a place on. */
@Controller('internal/audit')
export class ChainController {
  constructor(private readonly database: Database) {}

  @Get('chain')
  @Permission('audit:read', { summary: 'Read on in the chain of the caller’s tenant', answers: { 200: Piece } })
  chain(@Caller() { tenantId }: Caller, @Query() { after, limit = MOST, kind, executionId }: ChainQuery): Promise<ChainPiece> {
    return inChain(this.database, tenantId, TIMEOUT_MS, async (tx) => {
      const [head] = await tx.query<{ seq: number }>(HEAD, [tenantId]);
      const end = head?.seq ?? 0;
      if (after === undefined || after >= end) return { items: [], through: end };
      const rows = await tx.query<SelectedRow>(NEXT, [tenantId, after, end, kind ?? null, executionId ?? null, limit]);
      return { items: rows.map(entryOf), through: rows.length < limit ? end : (rows.at(-1)?.seq ?? end) };
    });
  }
}
