import { isControlTool, schemaAt, type Assignment, type JsonSchema, type ToolDefinition } from '@toolplane/contracts/documents';
import type { FieldError } from '@toolplane/contracts/errors';
import { pointerTo } from './caps.js';
import { compileSchema } from './compile-schema.js';
import { compileDenials } from './denied-values.js';

type Terms = Pick<ToolDefinition, 'name' | 'inputSchema'>;

const at = (pointer: string, detail: string): FieldError => ({ pointer, detail });

/** The top-level parameters that hold something sensitive. `*` stands for all of them. */
export const sensitiveParameters = (schema: JsonSchema): ReadonlySet<string> => {
  const compiled = compileSchema(schema);
  const pointers = compiled.ok ? compiled.sensitive : ['/*'];
  return new Set(pointers.map((pointer) => (pointer.split('/')[1] ?? '*').replaceAll('~1', '/').replaceAll('~0', '~')));
};

/**
 * Everything in which an assignment contradicts the tool or itself, so that it is found when it is written and not when an agent calls.
 * @param tool the definition of the version that the assignment leads to.
 */
export const assignmentFaults = (given: Assignment, tool: Terms): FieldError[] => {
  if (isControlTool(tool.name)) return [at('', `"${tool.name}" is a control tool: every agent has it, and it is never assigned`)];
  const sensitive = sensitiveParameters(tool.inputSchema);
  const isSensitive = (name: string): boolean => sensitive.has('*') || sensitive.has(name);
  return [
    ...allowedFaults(given, tool),
    ...deniedFaults(given, tool, isSensitive),
    ...defaultFaults(given, tool, isSensitive),
    ...(given.usageLimit === 0 && given.allowUse ? [at('/usageLimit', '0 permits no use at all: set allowUse to false, or -1 for no limit')] : []),
    ...(given.approval !== null && given.requiresApproval === false ? [at('/approval', 'has no meaning beside requiresApproval: false')] : []),
  ];
};

const undeclared = (name: string, { inputSchema }: Terms): boolean => schemaAt(inputSchema, [name]) === 'undeclared';

const requiredOf = (schema: Terms['inputSchema']): readonly string[] =>
  Array.isArray(schema.required) ? schema.required.filter((name): name is string => typeof name === 'string') : [];

const allowedFaults = ({ allowedParameters, parameterDefaults }: Assignment, tool: Terms): FieldError[] => {
  if (allowedParameters === null) return [];
  const missing = requiredOf(tool.inputSchema).filter((name) => !allowedParameters.includes(name) && !Object.hasOwn(parameterDefaults, name));
  return [
    ...allowedParameters.flatMap((name, index) => (undeclared(name, tool) ? [at(`/allowedParameters/${index}`, 'is not a parameter of the tool')] : [])),
    ...missing.map((name) => at('/allowedParameters', `leaves out "${name}", which the tool requires and no default gives`)),
  ];
};

const deniedFaults = ({ deniedParameters }: Assignment, tool: Terms, isSensitive: (name: string) => boolean): FieldError[] => {
  const compiled = compileDenials(deniedParameters);
  const named = Object.keys(deniedParameters).flatMap((name) => {
    const pointer = pointerTo('/deniedParameters', name);
    if (undeclared(name, tool)) return [at(pointer, 'is not a parameter of the tool')];
    return isSensitive(name) ? [at(pointer, 'is sensitive: its value is sealed before any rule could look at it')] : [];
  });
  return [...named, ...(compiled.ok ? [] : compiled.errors.map(({ pointer, detail }) => at(`/deniedParameters${pointer}`, detail)))];
};

const defaultFaults = ({ parameterDefaults, deniedParameters }: Assignment, tool: Terms, isSensitive: (name: string) => boolean): FieldError[] => {
  const denials = compileDenials(deniedParameters);
  const denied = new Set((denials.ok ? denials.find(parameterDefaults) : []).map(({ parameter }) => parameter));
  const faults = Object.keys(parameterDefaults).flatMap((name) => {
    const pointer = pointerTo('/parameterDefaults', name);
    if (undeclared(name, tool)) return [at(pointer, 'is not a parameter of the tool')];
    if (isSensitive(name)) return [at(pointer, 'is sensitive: a default would lie in the clear')];
    return denied.has(name) ? [at(pointer, 'is a value that deniedParameters denies')] : [];
  });
  return faults.length > 0 ? faults : wrongDefaults(parameterDefaults, tool);
};

/** Defaults are held to the schema without what it demands beside them: the caller sends that. */
const wrongDefaults = (defaults: Assignment['parameterDefaults'], { inputSchema }: Terms): FieldError[] => {
  if (Object.keys(defaults).length === 0) return [];
  const { required: _required, minProperties: _minProperties, dependentRequired: _dependentRequired, ...rest } = inputSchema;
  const compiled = compileSchema(rest);
  const faults = compiled.ok ? compiled.check(defaults) : [];
  return faults
    .filter(({ pointer }) => Object.keys(defaults).some((name) => pointer === pointerTo('', name) || pointer.startsWith(`${pointerTo('', name)}/`)))
    .map(({ pointer, detail }) => at(`/parameterDefaults${pointer}`, detail));
};
