import { PageQuery } from '@toolplane/service-kit';
import { ArrayMaxSize, IsIn, IsISO8601, IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import type { ExceptionFilter } from './exception.store.js';

const MOST_ALTERNATIVES = 50;

/** Query parameters of the list. A repeated one is an alternative. */
export class ExceptionsQuery extends PageQuery implements ExceptionFilter {
  @IsOptional() @ArrayMaxSize(MOST_ALTERNATIVES) @IsIn(['open', 'closed'], { each: true })
  readonly status?: string[];

  @IsOptional() @ArrayMaxSize(MOST_ALTERNATIVES) @IsIn(['low', 'medium', 'high', 'critical'], { each: true })
  readonly severity?: string[];

  @IsOptional() @ArrayMaxSize(MOST_ALTERNATIVES) @IsString({ each: true }) @MaxLength(255, { each: true })
  readonly source?: string[];

  /** Part of the title. */
  @IsOptional() @IsString() @MaxLength(255) @Matches(/^\P{Cc}*$/u)
  readonly q?: string;

  @IsOptional() @IsISO8601({ strict: true, strictSeparator: true })
  readonly from?: string;

  @IsOptional() @IsISO8601({ strict: true, strictSeparator: true })
  readonly to?: string;
}
