import { RUN_STATUSES } from '@toolplane/contracts/documents';
import { PageQuery } from '@toolplane/service-kit';
import { ArrayMaxSize, IsIn, IsOptional, IsString, MaxLength } from 'class-validator';
import type { RunFilter } from './run.store.js';

const MOST_ALTERNATIVES = 50;

/** Query parameters of the list. A repeated one is an alternative. */
export class RunsQuery extends PageQuery implements RunFilter {
  @IsOptional() @ArrayMaxSize(MOST_ALTERNATIVES) @IsString({ each: true }) @MaxLength(255, { each: true })
  readonly exceptionId?: string[];

  /** Names or ids. */
  @IsOptional() @ArrayMaxSize(MOST_ALTERNATIVES) @IsString({ each: true }) @MaxLength(255, { each: true })
  readonly playbook?: string[];

  @IsOptional() @ArrayMaxSize(MOST_ALTERNATIVES) @IsIn([...RUN_STATUSES], { each: true })
  readonly status?: string[];
}
