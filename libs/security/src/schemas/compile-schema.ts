import type { FieldError } from '@toolplane/contracts/errors';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { _, type ErrorObject, type KeywordCxt, type ValidateFunction } from 'ajv';
import { admitSealed } from './admit-sealed.js';
import { markCounted, refuseEndless, refuseUnfollowed, sensitivePointers, weigh } from './analyse.js';
import { budget, openBudget } from './budget.js';
import { SCHEMA_CAPS, fault, shapeFault } from './caps.js';
import { Copy } from './copy-schema.js';
import { describeError, discreetly } from './describe-error.js';
import { FORMATS } from './formats.js';
import type { LinearPattern } from './linear-pattern.js';
import { mendKeywords } from './mended-keywords.js';
import { SchemaFault } from './part.js';

export interface CompiledSchema {
  readonly ok: true;
  /**
   * Empty = valid; otherwise the first fault alone, which names nothing inside of a sensitive value. Changes nothing in the value: no
   * coercion, no defaults. Bounded in time. A sealed value at a sensitive place is valid: its inside is checked by who opens it.
   */
  check(value: unknown): readonly FieldError[];
  /** JSON Pointers of fields marked `writeOnly`, `format: password` or `x-sensitive`, with `*` for any item or any other member. */
  readonly sensitive: readonly string[];
}
export interface RefusedSchema {
  readonly ok: false;
  readonly errors: readonly FieldError[];
}

const DRAFT = 'https://json-schema.org/draft/2020-12/schema';
const VALID: readonly FieldError[] = Object.freeze([]);
const TOO_COSTLY: readonly FieldError[] = Object.freeze([fault('', 'takes too many steps to check against this schema')]);

let metaschema: ValidateFunction | undefined;
function metaFault(schema: unknown): FieldError | null {
  metaschema ??= new Ajv2020({ strict: false, validateFormats: false, logger: false }).getSchema(DRAFT) as ValidateFunction;
  if (metaschema(schema)) return null;
  const error = metaschema.errors?.[0];
  return error ? describeError(error) : fault('', 'is not a schema');
}

/**
 * The one way in which a tenant's JSON Schema (2020-12) becomes a check. The schema is untrusted: it is measured, taken apart and copied
 * before Ajv sees it, each gets an Ajv of its own, and the check counts its steps. About a millisecond; `check` a microsecond or two.
 */
export function compileSchema(schema: unknown): CompiledSchema | RefusedSchema {
  try {
    return compile(schema);
  } catch (error) {
    if (error instanceof SchemaFault) return { ok: false, errors: [fault(error.pointer, error.detail)] };
    if (error instanceof RangeError) return { ok: false, errors: [fault('', 'is linked too deeply')] };
    throw error;
  }
}

function compile(schema: unknown): CompiledSchema | RefusedSchema {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return { ok: false, errors: [fault('', 'must be an object')] };
  const document = schema as Record<string, unknown>;
  const draft = document['$schema'];
  if (draft !== undefined && draft !== DRAFT && draft !== `${DRAFT}#`) throw new SchemaFault('/$schema', `must be ${DRAFT} or absent`);
  const found = shapeFault(document, SCHEMA_CAPS) ?? metaFault(document);
  if (found) throw new SchemaFault(found.pointer, found.detail);

  const copy = new Copy(document, (value) => metaFault(value) === null);
  refuseEndless(copy.parts);
  refuseUnfollowed(copy.parts);
  markCounted(copy.root, copy.parts);
  weigh(copy.parts);
  const sensitive = sensitivePointers(copy.root);
  admitSealed(copy.root, sensitive);
  for (const part of copy.parts) if (part.counted) part.schema[STEPS] = part.cost;
  return Object.freeze({ ok: true, check: checkOf(build(copy), sensitive), sensitive });
}

function build(copy: Copy): ValidateFunction {
  try {
    return ajvFor(copy).compile({ $id: ID, ...copy.root.schema });
  } catch (error) {
    if (error instanceof RangeError) throw error;
    throw new SchemaFault('', `cannot be compiled: ${error instanceof Error ? error.message : 'unknown reason'}`);
  }
}

/** An Ajv resolves `#` by it; each schema has an Ajv of its own, so that the name is never taken twice. */
const ID = 'urn:toolplane:schema';
const STEPS = 'toolplane-steps';
function ajvFor({ patterns, unevaluated, inherited }: Copy): Ajv2020 {
  const regExp = Object.assign(
    (source: string): LinearPattern => {
      const pattern = patterns.get(source);
      if (!pattern) throw new SchemaFault('', 'has a pattern that was not looked at');
      return pattern;
    },
    { code: 'undefined' },
  );
  const ajv = new Ajv2020({
    strict: false, allErrors: false, $data: false, coerceTypes: false, useDefaults: false, removeAdditional: false, ownProperties: inherited,
    meta: false, validateSchema: false, addUsedSchema: false, inlineRefs: 16, logger: false, formats: { ...FORMATS }, code: { regExp, optimize: false },
  });
  // Following what each keyword has seen costs time; hardly a schema asks for it.
  if (unevaluated) mendKeywords(ajv);
  else ajv.opts.unevaluated = false;
  ajv.addKeyword({
    keyword: STEPS,
    before: '$dynamicAnchor',
    code: (cxt: KeywordCxt) => {
      const left = cxt.gen.scopeValue('obj', { ref: budget });
      cxt.gen.if(_`(${left}.left -= ${cxt.schema as number}) < 0`, () => cxt.gen.throw(_`${left}`));
    },
  });
  return ajv;
}

const checkOf = (validate: ValidateFunction, sensitive: readonly string[]) => {
  const discreet = discreetly(sensitive);
  return (value: unknown): readonly FieldError[] => {
    openBudget();
    try {
      if (validate(value)) return VALID;
    } catch (error) {
      if (error === budget || error instanceof RangeError) return TOO_COSTLY;
      throw error;
    }
    const errors = validate.errors as ErrorObject[];
    validate.errors = null;
    // Sensitive places stand under an `if`, which has nothing to say of its own.
    const last = errors.findLast(({ keyword }) => keyword !== 'if');
    return [discreet(describeError(last?.keyword === 'anyOf' || last?.keyword === 'oneOf' ? last : (errors[0] as ErrorObject)))];
  };
};
