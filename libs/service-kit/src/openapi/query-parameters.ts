import type { Type } from '@nestjs/common';
import { loadClassValidator } from '../lists/page-query.js';

export interface QueryParameter {
  readonly name: string;
  readonly in: 'query';
  readonly required: boolean;
  readonly schema: Readonly<Record<string, unknown>>;
}

type Constraints = readonly unknown[];
/** class-validator's constraints in the words of JSON Schema. */
const WORDS: Readonly<Record<string, (constraints: Constraints) => Record<string, unknown>>> = {
  isInt: () => ({ type: 'integer' }),
  isNumber: () => ({ type: 'number' }),
  isString: () => ({ type: 'string' }),
  isBoolean: () => ({ type: 'boolean' }),
  isUuid: () => ({ type: 'string', format: 'uuid' }),
  isIso8601: () => ({ type: 'string', format: 'date-time' }),
  isRFC3339: () => ({ type: 'string', format: 'date-time' }),
  isDateString: () => ({ type: 'string', format: 'date-time' }),
  isIn: ([values]) => ({ enum: values }),
  min: ([minimum]) => ({ minimum }),
  max: ([maximum]) => ({ maximum }),
  minLength: ([minLength]) => ({ minLength }),
  maxLength: ([maxLength]) => ({ maxLength }),
  isLength: ([minLength, maxLength]) => ({ minLength, ...(maxLength !== undefined && { maxLength }) }),
  matches: ([pattern]) => ({ pattern: (pattern as RegExp).source }),
};

/** The query parameters that a class with class-validator decorators describes. */
export async function queryParametersOf(query: Type): Promise<readonly QueryParameter[]> {
  const { getMetadataStorage } = await loadClassValidator();
  const found = getMetadataStorage().getTargetValidationMetadatas(query, '', false, false);
  const defaults = new query() as Readonly<Record<string, unknown>>;
  const names = [...new Set(found.map(({ propertyName }) => propertyName))];
  return names.map((name) => {
    const rules = found.filter(({ propertyName }) => propertyName === name);
    const optional = rules.some(({ type }) => type === 'conditionalValidation');
    const each = rules.some((rule) => rule.each);
    const schema = Object.assign({}, ...rules.map(({ name: rule, constraints }) => WORDS[rule ?? '']?.((constraints ?? []) as Constraints))) as Record<string, unknown>;
    const fallback = defaults[name];
    return {
      name,
      in: 'query',
      required: !optional && fallback === undefined,
      schema: { ...(each ? { type: 'array', items: schema } : schema), ...(fallback !== undefined && { default: fallback }) },
    };
  });
}
