import { AuditEntry } from '@toolplane/contracts/events';
import { PageQuery } from '@toolplane/service-kit';
import { ArrayMaxSize, IsIn, IsISO8601, IsOptional, IsString, IsUUID, MaxLength } from 'class-validator';
import type { EntryFilter } from './entries.queries.js';

const MOST_ALTERNATIVES = 50;
const KINDS = AuditEntry.properties.kind.enum;
export const SCOPES = ['tenant', 'global'] as const;
const STATUSES = ['success', 'failed', 'denied', 'blocked'] as const;

/** Query parameters of both lists. A repeated one is an alternative. */
export class EntriesQuery extends PageQuery implements EntryFilter {
  /** `global`: what belongs to no tenant, for those who may change that. */
  @IsOptional() @IsIn(SCOPES)
  readonly scope?: 'tenant' | 'global';

  @IsOptional() @ArrayMaxSize(MOST_ALTERNATIVES) @IsString({ each: true }) @MaxLength(255, { each: true })
  readonly sessionId?: string[];

  @IsOptional() @ArrayMaxSize(MOST_ALTERNATIVES) @IsString({ each: true }) @MaxLength(255, { each: true })
  readonly agent?: string[];

  @IsOptional() @ArrayMaxSize(MOST_ALTERNATIVES) @IsString({ each: true }) @MaxLength(255, { each: true })
  readonly tool?: string[];

  @IsOptional() @ArrayMaxSize(MOST_ALTERNATIVES) @IsIn(STATUSES, { each: true })
  readonly status?: string[];

  @IsOptional() @ArrayMaxSize(MOST_ALTERNATIVES) @IsIn(KINDS, { each: true })
  readonly kind?: string[];

  @IsOptional() @ArrayMaxSize(MOST_ALTERNATIVES) @IsString({ each: true }) @MaxLength(64, { each: true })
  readonly code?: string[];

  @IsOptional() @ArrayMaxSize(MOST_ALTERNATIVES) @IsString({ each: true }) @MaxLength(255, { each: true })
  readonly userId?: string[];

  @IsOptional() @ArrayMaxSize(MOST_ALTERNATIVES) @IsString({ each: true }) @MaxLength(255, { each: true })
  readonly exceptionId?: string[];

  @IsOptional() @ArrayMaxSize(MOST_ALTERNATIVES) @IsString({ each: true }) @MaxLength(255, { each: true })
  readonly correlationId?: string[];

  @IsOptional() @ArrayMaxSize(MOST_ALTERNATIVES) @IsUUID('all', { each: true })
  readonly executionId?: string[];

  @IsOptional() @IsISO8601({ strict: true, strictSeparator: true })
  readonly from?: string;

  @IsOptional() @IsISO8601({ strict: true, strictSeparator: true })
  readonly to?: string;
}
