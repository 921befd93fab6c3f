import { Controller, Get, Query } from '@nestjs/common';
import { DecisionPage, type DecisionRecord } from '@toolplane/contracts/http';
import { Database } from '@toolplane/persistence';
import { Caller, decodeCursor, pageOf, PageQuery, Permission, type Page } from '@toolplane/service-kit';
import { IsInt, IsISO8601, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { decisionsQueries, type DecisionRow } from './decisions.queries.js';

const MOST = 10_000;

/** Which decisions: the last ones there are of what is asked for, and of these a page, oldest first. */
export class DecisionsQuery extends PageQuery {
  @IsOptional() @IsString() @MaxLength(255)
  readonly toolId?: string;

  @IsOptional() @IsString() @MaxLength(255)
  readonly agent?: string;

  @IsOptional() @IsISO8601({ strict: true, strictSeparator: true })
  readonly from?: string;

  @IsOptional() @IsISO8601({ strict: true, strictSeparator: true })
  readonly to?: string;

  @IsInt() @Min(1) @Max(MOST)
  readonly last: number = MOST;
}

/** What was decided, for validation to replay. Payloads stay as they are stored: what is sealed is sealed. */
@Controller('internal/decisions')
export class DecisionsController {
  constructor(private readonly database: Database) {}

  @Get()
  @Permission('policies:simulate', { summary: 'Read past decisions, oldest first', answers: { 200: DecisionPage }, errors: ['CURSOR_INVALID'] })
  async list(@Caller() { tenantId }: Caller, @Query() query: DecisionsQuery): Promise<Page<DecisionRecord>> {
    const after = decodeCursor(query.cursor, ['time', 'uuid']);
    const rows = await this.database.asTenant(tenantId, (tx) =>
      decisionsQueries.list(tx, tenantId, query, query.limit + 1, after ? { at: after[0], id: after[1] } : null));
    return pageOf(rows, query.limit, ({ createdAt, executionId }) => [createdAt.toISOString(), executionId], recordOf);
  }
}

const recordOf = ({ createdAt, decision, ...row }: DecisionRow): DecisionRecord => ({
  ...row, at: createdAt.toISOString(), outcome: decision.outcome, ruleSet: decision.ruleSet, rules: decision.rules,
});
