import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { isDateTime, isUuid } from '@toolplane/contracts/events';
import type { TSchema } from 'typebox';

// Unlike on the path, every fault is wanted: whoever configures mends them all at once.
const ajv = new Ajv2020({
  allErrors: true,
  strict: true,
  strictTypes: false,
  formats: { 'date-time': isDateTime, uuid: isUuid, uri: (text: string) => URL.canParse(text) },
});
const compiled = new WeakMap<object, ValidateFunction>();

export interface SchemaFault {
  readonly pointer: string;
  readonly message: string;
  /** Of an unknown property: its name; the pointer is that of the object it stands in. */
  readonly property?: string;
}

const messageOf = ({ keyword, params, message }: ErrorObject): string => {
  if (keyword === 'enum') return `must be one of ${(params as { allowedValues: unknown[] }).allowedValues.join(', ')}`;
  if (keyword === 'additionalProperties') return `has the unknown property ${(params as { additionalProperty: string }).additionalProperty}`;
  return message ?? 'is not valid';
};

const propertyOf = ({ keyword, params, propertyName }: ErrorObject): Pick<SchemaFault, 'property'> => {
  const property = keyword === 'additionalProperties' ? (params as { additionalProperty: string }).additionalProperty : propertyName;
  return property === undefined ? {} : { property };
};

/** Every fault of a value; none when it is right. Messages name the rule, never the value. */
export const faultsOf = (schema: TSchema, value: unknown): readonly SchemaFault[] => {
  let validate = compiled.get(schema);
  if (!validate) {
    validate = ajv.compile(schema);
    compiled.set(schema, validate);
  }
  if (validate(value)) return [];
  return (validate.errors ?? []).map((error) => ({ pointer: error.instancePath, message: messageOf(error), ...propertyOf(error) }));
};
