import { RegistryAgent, RegistryAssignment, RegistryEnablement, RegistryTenant, RegistryTool, RegistryToolVersion } from '@toolplane/contracts/documents';
import { ToolplaneError } from '@toolplane/contracts/errors';
import { compileSchema, type CompiledSchema } from '@toolplane/security/schemas';

const compiled = (schema: unknown): CompiledSchema => {
  const result = compileSchema(schema);
  if (!result.ok) throw new Error(`a schema of ours does not compile: ${JSON.stringify(result.errors)}`);
  return result;
};
const CHECKS = {
  tenant: compiled(RegistryTenant),
  tool: compiled(RegistryTool),
  tool_version: compiled(RegistryToolVersion),
  enablement: compiled(RegistryEnablement),
  agent: compiled(RegistryAgent),
  assignment: compiled(RegistryAssignment),
};

/** The `object` of registry.changed has no schema of its own in the event: its kind decides. Members we do not know are let through. */
export function checkObject<Object>(kind: keyof typeof CHECKS, object: unknown): Object {
  const [fault] = CHECKS[kind].check(object);
  if (fault) throw new ToolplaneError('EVENT_INVALID', { message: `/data/object${fault.pointer} of a ${kind} ${fault.detail}` });
  return object as Object;
}
