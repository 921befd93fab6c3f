export { Assignment, AssignmentBody, completeAssignment, DeniedValue } from './assignment.js';
export { ApiKeyAuth, Auth, NoAuth, OAuthStubAuth, secretRefOf } from './auth.js';
export { checkEndpoint, urlFault } from './check-endpoint.js';
export { checkTool } from './check-tool.js';
export { CONTROL_CATEGORY, CONTROL_TOOLS, isControlTool, type ControlTool } from './control-tools.js';
export { DummySpec } from './dummy-spec.js';
export { Endpoint, placeholdersOf } from './endpoint.js';
export { CreatedKey, Key, KeyBody, ROLES, type Role } from './key.js';
export { checkName, foldName, isUuid, NAME_PATTERN, TENANT_ID_PATTERN } from './names.js';
export { parsePointer, valueAt } from './pointer.js';
export { coversTenant, EgressPolicy, IngressEntry, IngressPolicy, SecretEntry, SecretSource, SecretsPolicy } from './policies.js';
export {
  RegistryAgent,
  RegistryAssignment,
  RegistryEnablement,
  RegistryTenant,
  RegistryTool,
  RegistryToolkit,
  RegistryToolVersion,
} from './registry-objects.js';
export { schemaAt, type JsonSchema } from './schema-at.js';
export { checkTemplate, render, Template, TemplateReference } from './template.js';
export { Tenant, TenantBody, TenantChange } from './tenant.js';
export {
  ApprovalTerms,
  completeTool,
  DiffEntry,
  Enablement,
  McpSpec,
  RetryTerms,
  Rollback,
  SemanticVersion,
  Tool,
  TOOL_SCOPES,
  TOOL_SERVER_FIELDS,
  TOOL_TYPES,
  ToolBody,
  ToolDefinition,
  ToolReplacement,
  ToolVersion,
  type ToolScope,
  type ToolType,
  type VersionChange,
} from './tool.js';
export { workerPart, type ImplementationSpec, type ToolProvider, type WorkerPart } from './worker-part.js';
