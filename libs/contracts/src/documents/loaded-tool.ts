import { Type, type Static } from 'typebox';
import type { Assignment } from './assignment.js';
import { Example, Schema } from './tool.js';

/** A tool as an agent type has it: restricted by its assignment, ready to be shown to a model. The format `native` is a list of these. */
export const LoadedTool = Type.Object(
  {
    name: Type.String(),
    toolId: Type.Union([Type.String(), Type.Null()], { description: 'Null for a control tool that the tenant has not made its own.' }),
    version: Type.Union([Type.String(), Type.Null()]),
    category: Type.String(),
    description: Type.String(),
    usageNote: Type.Union([Type.String(), Type.Null()], { description: 'When to use it.' }),
    inputSchema: { ...Schema, description: 'What the agent may send: without parameters it may not use; those with a default are optional.' },
    outputSchema: Type.Union([Schema, Type.Null()]),
    examples: Type.Array(Example),
    tags: Type.Array(Type.String()),
    isControl: Type.Boolean({ description: 'Steers the agent; every agent has it.' }),
    isDangerous: Type.Boolean(),
    idempotent: Type.Boolean(),
    isReadOnly: Type.Union([Type.Boolean(), Type.Null()], { description: 'Null where nothing says so.' }),
    requiresApproval: Type.Boolean({ description: 'Whether a person has to approve each call of this agent.' }),
    allowUse: Type.Boolean({ description: 'False: shown, not run.' }),
    usageLimit: Type.Integer({ description: 'Uses a session; -1 is unlimited.' }),
    orderIndex: Type.Integer(),
    shadowed: Type.Boolean({ description: 'A tool of the tenant’s own has this name; calls by name reach that one.' }),
  },
  { description: 'A tool as an agent type has it.' },
);
export type LoadedTool = Omit<Static<typeof LoadedTool>, 'inputSchema'> & { readonly inputSchema: Readonly<Record<string, unknown>> };

type Properties = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Properties => typeof value === 'object' && value !== null && !Array.isArray(value);
const isSensitive = (schema: unknown): boolean =>
  isObject(schema) && (schema['writeOnly'] === true || schema['format'] === 'password' || schema['x-sensitive'] === true);

/** A default fills in what the caller leaves out, so that it is not required; one of a sensitive field is not shown. */
const withDefault = (schema: unknown, defaults: Properties, name: string): unknown =>
  !Object.hasOwn(defaults, name) || !isObject(schema) || isSensitive(schema) ? schema : { ...schema, default: defaults[name] };

/**
 * The part of an input schema that an assignment leaves: parameters that are not allowed are gone, those with a default are optional.
 * A schema that does not list its properties is left as it is.
 */
export const restrictedSchema = (
  schema: Readonly<Record<string, unknown>>,
  { allowedParameters, parameterDefaults }: Pick<Assignment, 'allowedParameters' | 'parameterDefaults'>,
): Readonly<Record<string, unknown>> => {
  const { properties, required } = schema;
  const untouched = allowedParameters === null && Object.keys(parameterDefaults).length === 0;
  if (untouched || !isObject(properties)) return schema;
  const kept = Object.entries(properties).filter(([name]) => allowedParameters === null || allowedParameters.includes(name));
  const still = Array.isArray(required) ? required.filter((name) => !Object.hasOwn(parameterDefaults, String(name)) && kept.some(([one]) => one === name)) : [];
  const { required: _, ...rest } = schema;
  return {
    ...rest,
    properties: Object.fromEntries(kept.map(([name, one]) => [name, withDefault(one, parameterDefaults, name)])),
    ...(still.length > 0 && { required: still }),
  };
};
