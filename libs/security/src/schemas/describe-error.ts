import type { FieldError } from '@toolplane/contracts/errors';
import type { ErrorObject } from 'ajv';
import { fault, pointerTo } from './caps.js';

/** Says where and what, never the value: it may be secret. */
export function describeError({ keyword, instancePath, params, message }: ErrorObject): FieldError {
  switch (keyword) {
    case 'required':
    case 'dependentRequired':
      return fault(pointerTo(instancePath, String(params['missingProperty'])), 'is required');
    case 'additionalProperties':
      return fault(pointerTo(instancePath, String(params['additionalProperty'])), 'is not a property of this object');
    case 'unevaluatedProperties':
      return fault(pointerTo(instancePath, String(params['unevaluatedProperty'])), 'is not a property of this object');
    case 'enum':
      return fault(instancePath, `must be one of ${JSON.stringify(params['allowedValues'])}`);
    case 'const':
      return fault(instancePath, `must be ${JSON.stringify(params['allowedValue'])}`);
    default:
      return fault(instancePath, message ?? 'is not valid');
  }
}
