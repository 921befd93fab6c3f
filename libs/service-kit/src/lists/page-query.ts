import { IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { DEFAULT_LIMIT, MAX_LIMIT } from './page.js';

/** Query parameters of every list; a list’s own class extends it. */
export class PageQuery {
  @IsInt()
  @Min(1)
  @Max(MAX_LIMIT)
  readonly limit: number = DEFAULT_LIMIT;

  @IsOptional()
  @IsString()
  @MaxLength(2_048)
  readonly cursor?: string;
}
