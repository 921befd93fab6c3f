import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { CloudEvent } from '../envelope/cloud-event.js';
import type { EventDefinition } from './define-event.js';
import { isDateTime, isUuid } from './formats.js';

// One fault is enough to park a record, and members that are not in the schema are ignored: an older reader meets newer fields.
const ajv = new Ajv2020({ allErrors: false, strict: true, strictTypes: false, formats: { 'date-time': isDateTime, uuid: isUuid } });
const compiled = new WeakMap<object, ValidateFunction>();

const validatorOf = ({ data }: EventDefinition): ValidateFunction => {
  let validate = compiled.get(data);
  if (!validate) {
    validate = ajv.compile(data);
    compiled.set(data, validate);
  }
  return validate;
};

/** Checks the data of an event. Compiled once per definition: this runs on every record of the path.
 *  @returns null, or the first fault by pointer; never a value of the data. */
export const checkEvent = (definition: EventDefinition, data: unknown): string | null => {
  const validate = validatorOf(definition);
  if (validate(data)) return null;
  const fault = validate.errors?.[0];
  if (!fault) return 'data is not valid';
  const allowed = fault.keyword === 'enum' ? `: ${(fault.params as { allowedValues: unknown[] }).allowedValues.join(', ')}` : '';
  return `/data${fault.instancePath} ${fault.message ?? 'is not valid'}${allowed}`;
};

export interface EventRefusal {
  readonly code: 'EVENT_TYPE_UNKNOWN' | 'EVENT_INVALID';
  readonly reason: string;
}

const SCHEMA_URN = /^urn:toolplane:event:([A-Za-z]+):(\d+)\.\d+$/;

/** Whether a reader of these definitions takes the event: its type, its major version, its data. Null: it does. */
export const refuseEvent = (definitions: readonly EventDefinition[], event: CloudEvent): EventRefusal | null => {
  const definition = definitions.find(({ type }) => type === event.type);
  if (!definition) return { code: 'EVENT_TYPE_UNKNOWN', reason: `events of this type are not read here, only ${definitions.map(({ type }) => type).join(', ')}` };
  const [, , major] = (event.dataschema && SCHEMA_URN.exec(event.dataschema)) || [];
  if (major !== undefined && major !== definition.version.split('.')[0])
    return { code: 'EVENT_TYPE_UNKNOWN', reason: `major version ${major} of ${definition.type} is not read here` };
  const fault = checkEvent(definition, event.data);
  return fault === null ? null : { code: 'EVENT_INVALID', reason: fault };
};
