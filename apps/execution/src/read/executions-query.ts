import { EXECUTION_STATUSES } from '@toolplane/contracts/http';
import { PageQuery } from '@toolplane/service-kit';
import { ArrayMaxSize, IsIn, IsISO8601, IsOptional, IsString, MaxLength } from 'class-validator';
import type { ExecutionFilter } from './executions.queries.js';

const MOST_ALTERNATIVES = 50;

/** Query parameters of the list. A repeated one is an alternative. */
export class ExecutionsQuery extends PageQuery implements ExecutionFilter {
  @IsOptional() @ArrayMaxSize(MOST_ALTERNATIVES) @IsString({ each: true }) @MaxLength(255, { each: true })
  readonly tool?: string[];

  @IsOptional() @ArrayMaxSize(MOST_ALTERNATIVES) @IsString({ each: true }) @MaxLength(255, { each: true })
  readonly toolId?: string[];

  @IsOptional() @ArrayMaxSize(MOST_ALTERNATIVES) @IsString({ each: true }) @MaxLength(255, { each: true })
  readonly exceptionId?: string[];

  @IsOptional() @ArrayMaxSize(MOST_ALTERNATIVES) @IsIn(EXECUTION_STATUSES, { each: true })
  readonly status?: string[];

  @IsOptional() @ArrayMaxSize(MOST_ALTERNATIVES) @IsString({ each: true }) @MaxLength(64, { each: true })
  readonly code?: string[];

  @IsOptional() @ArrayMaxSize(MOST_ALTERNATIVES) @IsString({ each: true }) @MaxLength(255, { each: true })
  readonly sessionId?: string[];

  @IsOptional() @ArrayMaxSize(MOST_ALTERNATIVES) @IsString({ each: true }) @MaxLength(255, { each: true })
  readonly agent?: string[];

  @IsOptional() @ArrayMaxSize(MOST_ALTERNATIVES) @IsString({ each: true }) @MaxLength(255, { each: true })
  readonly correlationId?: string[];

  @IsOptional() @IsISO8601({ strict: true, strictSeparator: true })
  readonly from?: string;

  @IsOptional() @IsISO8601({ strict: true, strictSeparator: true })
  readonly to?: string;
}
