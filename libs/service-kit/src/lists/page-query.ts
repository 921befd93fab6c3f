import { DEFAULT_LIMIT, MAX_LIMIT } from './page.js';

/** Query parameters of every list; a list’s own class extends it. */
export class PageQuery {
  readonly limit: number = DEFAULT_LIMIT;
  readonly cursor?: string;
}

type ClassValidator = typeof import('class-validator');
let loading: Promise<ClassValidator> | undefined;

/**
 * class-validator, once it is needed: it costs a tenth of a second at start-up, and a service without queries never pays for it. That is
 * why the decorators of {@link PageQuery} are applied here, by hand.
 */
export const loadClassValidator = (): Promise<ClassValidator> => {
  loading ??= import('class-validator').then((validator) => {
    const { IsInt, IsOptional, IsString, Max, MaxLength, Min } = validator;
    for (const rule of [IsInt(), Min(1), Max(MAX_LIMIT)]) rule(PageQuery.prototype, 'limit');
    for (const rule of [IsOptional(), IsString(), MaxLength(2_048)]) rule(PageQuery.prototype, 'cursor');
    return validator;
  });
  return loading;
};
