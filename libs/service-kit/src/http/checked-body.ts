import { Body, type PipeTransform } from '@nestjs/common';
import { ToolplaneError, type ErrorCode, type FieldError } from '@toolplane/contracts/errors';
import type { TSchema } from 'typebox';
import { unknownProperties } from './unknown-properties.js';

export interface CheckedBodyOptions {
  /** Code of the 422 for a well-formed body that breaks the schema. Default `DEFINITION_INVALID`. */
  readonly code?: ErrorCode;
  /** Whether the body may be left out. Default false. */
  readonly optional?: boolean;
}

export interface BodyCheck {
  readonly schema: TSchema;
  readonly options: CheckedBodyOptions;
}

const KEY = Symbol('toolplane:body');

export const bodyCheckOf = (handler: object): BodyCheck | undefined => Reflect.getMetadata(KEY, handler) as BodyCheck | undefined;

/**
 * Parameter decorator: the JSON body, checked by a TypeBox schema. The edge is closed even where the schema is open: a property the
 * schema does not know is 400, so that nobody's `tenantId` is silently dropped; what breaks the schema is 422 with `errors[]`.
 */
export const CheckedBody =
  (schema: TSchema, options: CheckedBodyOptions = {}): ParameterDecorator =>
  (target, key, index) => {
    if (key === undefined) throw new TypeError('@CheckedBody belongs on a method’s parameter');
    Body(new BodyPipe(schema, options))(target, key, index);
    const handler = (target as Record<string | symbol, unknown>)[key] as object;
    Reflect.defineMetadata(KEY, Object.freeze({ schema, options }), handler);
  };

class BodyPipe implements PipeTransform {
  private check: ((value: unknown) => readonly FieldError[]) | undefined;

  constructor(
    private readonly schema: TSchema,
    private readonly options: CheckedBodyOptions,
  ) {}

  async transform(value: unknown): Promise<unknown> {
    if (value === undefined && this.options.optional) return undefined;
    if (value === undefined) throw new ToolplaneError('REQUEST_MALFORMED', { message: 'a JSON body is required' });
    const unknown = unknownProperties(this.schema, value);
    if (unknown.length > 0) {
      const details = unknown.map((pointer) => ({ pointer, detail: 'this property is not known' }));
      throw new ToolplaneError('REQUEST_MALFORMED', { message: 'the body has unknown properties', details });
    }
    this.check ??= await compiled(this.schema);
    const details = this.check(value);
    if (details.length > 0) throw new ToolplaneError(this.options.code ?? 'DEFINITION_INVALID', { details });
    return value;
  }
}

/** Loaded and compiled at the first request: a service that boots has better things to do. */
const compiled = async (schema: TSchema): Promise<(value: unknown) => readonly FieldError[]> => {
  const { compileSchema } = await import('@toolplane/security/schemas');
  const result = compileSchema(schema);
  if (!result.ok) throw new TypeError(`a body schema of ours does not compile: ${JSON.stringify(result.errors)}`);
  return (value) => result.check(value);
};
