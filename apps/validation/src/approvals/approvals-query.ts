import { APPROVAL_STATUSES } from '@toolplane/contracts/http';
import { PageQuery } from '@toolplane/service-kit';
import { ArrayMaxSize, IsIn, IsOptional, IsString, IsUUID, MaxLength } from 'class-validator';
import type { ApprovalFilter } from './approvals.queries.js';

const MOST_ALTERNATIVES = 50;

/** Query parameters of the list. A repeated one is an alternative. */
export class ApprovalsQuery extends PageQuery implements ApprovalFilter {
  @IsOptional() @ArrayMaxSize(MOST_ALTERNATIVES) @IsIn(APPROVAL_STATUSES, { each: true })
  readonly status?: string[];

  @IsOptional() @ArrayMaxSize(MOST_ALTERNATIVES) @IsString({ each: true }) @MaxLength(255, { each: true })
  readonly tool?: string[];

  @IsOptional() @ArrayMaxSize(MOST_ALTERNATIVES) @IsString({ each: true }) @MaxLength(255, { each: true })
  readonly agent?: string[];

  @IsOptional() @ArrayMaxSize(MOST_ALTERNATIVES) @IsUUID('all', { each: true })
  readonly executionId?: string[];
}
