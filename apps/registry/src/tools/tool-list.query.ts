import { TOOL_TYPES } from '@toolplane/contracts/documents';
import { PageQuery } from '@toolplane/service-kit';
import { ArrayMaxSize, IsArray, IsIn, IsOptional, IsString, Matches, MaxLength } from 'class-validator';

/** Repeated filters are alternatives. */
export class ToolListQuery extends PageQuery {
  @IsIn(['global', 'tenant', 'all'])
  readonly scope: 'global' | 'tenant' | 'all' = 'all';

  @IsArray()
  @IsIn(['enabled', 'disabled'], { each: true })
  readonly status: string[] = [];

  @IsArray()
  @IsIn([...TOOL_TYPES], { each: true })
  readonly type: string[] = [];

  @IsArray()
  @ArrayMaxSize(50)
  @Matches(/^[a-z0-9_-]{1,64}$/, { each: true })
  readonly category: string[] = [];

  @IsArray()
  @ArrayMaxSize(50)
  @MaxLength(64, { each: true })
  @Matches(/^\P{Cc}*$/u, { each: true })
  readonly tag: string[] = [];

  /** Part of the name or description. */
  @IsOptional()
  @IsString()
  @MaxLength(255)
  @Matches(/^\P{Cc}*$/u)
  readonly q?: string;
}
