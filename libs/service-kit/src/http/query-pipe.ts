import type { ArgumentMetadata, PipeTransform, Type } from '@nestjs/common';
import { ToolplaneError, type FieldError } from '@toolplane/contracts/errors';
import { loadClassValidator } from '../lists/page-query.js';

type ClassValidator = Awaited<ReturnType<typeof loadClassValidator>>;

/** How the text of one parameter is read. */
interface Reading {
  readonly kind: 'number' | 'boolean' | 'text';
  /** One value or several. */
  readonly list: boolean;
}
type Readings = ReadonlyMap<string, Reading>;

/**
 * Checks `@Query() query: SomeClass` by that class's class-validator decorators. A parameter without a decorator is unknown and refused; a
 * number (`@IsInt`) or a boolean (`@IsBoolean`) is read strictly: `false` is false; one with `{ each: true }` takes one value or several.
 */
export class QueryPipe implements PipeTransform {
  private readonly readings = new WeakMap<Type, Readings>();

  async transform(value: unknown, { type, metatype }: ArgumentMetadata): Promise<unknown> {
    if (type !== 'query' || !metatype || BUILT_IN.has(metatype)) return value;
    const validator = await loadClassValidator();
    const target = metatype as Type<object>;
    const readings = this.readings.get(target) ?? readingsOf(target, validator);
    this.readings.set(target, readings);
    const given = Object.entries(value as Readonly<Record<string, unknown>>);
    const unknown = given.filter(([name]) => !readings.has(name));
    if (unknown.length > 0) throw refused(unknown.map(([name]) => ({ pointer: `/${name}`, detail: 'this parameter is not known' })));
    const query = Object.assign(new target(), Object.fromEntries(given.map(([name, text]) => [name, read(text, readings.get(name))])));
    const faults = await validator.validate(query, { forbidUnknownValues: true, stopAtFirstError: true });
    if (faults.length === 0) return query;
    throw refused(faults.map(({ property, constraints = {} }) => ({ pointer: `/${property}`, detail: Object.values(constraints)[0] ?? 'is not valid' })));
  }
}

const BUILT_IN = new Set<unknown>([Object, String, Number, Boolean, Array]);
const NUMBER = /^-?\d{1,15}$/;
const MOST_FAULTS = 20;

const refused = (details: readonly FieldError[]): ToolplaneError =>
  new ToolplaneError('REQUEST_MALFORMED', { message: 'the query parameters are not valid', details: details.slice(0, MOST_FAULTS) });

/** Taken from the validators, not from `design:type`: compilers differ on what they emit there. */
function readingsOf(target: Type, { getMetadataStorage }: ClassValidator): Readings {
  const readings = new Map<string, Reading>();
  for (const { propertyName, name, each } of getMetadataStorage().getTargetValidationMetadatas(target, '', false, false)) {
    const before = readings.get(propertyName);
    const kind = name === 'isInt' || name === 'isNumber' ? 'number' : name === 'isBoolean' ? 'boolean' : (before?.kind ?? 'text');
    readings.set(propertyName, { kind, list: each || (before?.list ?? false) });
  }
  return readings;
}

/** What cannot be read stays text: then the validator names the fault. */
function read(value: unknown, { kind, list }: Reading = { kind: 'text', list: false }): unknown {
  if (list) return (Array.isArray(value) ? value : [value]).map((item) => read(item, { kind, list: false }));
  if (kind === 'number' && typeof value === 'string' && NUMBER.test(value)) return Number(value);
  if (kind === 'boolean' && (value === 'true' || value === 'false')) return value === 'true';
  return value;
}
