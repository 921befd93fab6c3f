import type { FieldError } from '@toolplane/contracts/errors';
import type { ErrorObject } from 'ajv';
import { marksBelow, marksOf } from '../redaction/marks.js';
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

/** Names inside of a sensitive value may be secret too: a fault there is told of the whole value. */
export function discreetly(sensitive: readonly string[]): (found: FieldError) => FieldError {
  if (sensitive.length === 0) return (found) => found;
  const marks = marksOf(sensitive.map((pointer) => (pointer === '' ? '/*' : pointer)));
  return (found) => {
    let place = '';
    let at = marks;
    for (const segment of found.pointer.split('/').slice(1)) {
      if (at.some(({ marked }) => marked)) return fault(place, 'is not valid inside; what it holds is sensitive');
      at = marksBelow(at, segment.replaceAll('~1', '/').replaceAll('~0', '~'));
      place = `${place}/${segment}`;
    }
    return found;
  };
}
