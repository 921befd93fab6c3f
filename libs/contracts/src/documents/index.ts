export { Agent, AgentBody, AgentDefinition, AgentReplacement, checkAgent, completeAgent, OWNED_FIELDS } from './agent.js';
export { Assignment, AssignmentBody, AssignmentReplacement, AssignmentView, completeAssignment, DeniedValue } from './assignment.js';
export { ApiKeyAuth, Auth, NoAuth, OAuthStubAuth, secretRefOf } from './auth.js';
export { checkDeclared, type CheckOfTool } from './check-declared.js';
export { checkEndpoint, urlFault } from './check-endpoint.js';
export { checkPlaybook } from './check-playbook.js';
export { checkTool } from './check-tool.js';
export { CONTROL_CATEGORY, CONTROL_TOOLS, isControlTool, type ControlTool } from './control-tools.js';
export {
  DeclaredAgent, DeclaredFile, declaredSet, SpecificTool, type DeclaredAssignment, type DeclaredFault, type DeclaredSet, type DeclaredSource,
} from './declared.js';
export {
  Breaker, BreakerOrder, KILL_SWITCH_TARGETS, KillSwitch, KillSwitchBody, type KillSwitchTarget,
} from './controls.js';
export { DummySpec } from './dummy-spec.js';
export { Endpoint, placeholdersOf } from './endpoint.js';
export {
  Exception, EXCEPTION_SOURCE, ExceptionBody, ExceptionChange, TIMELINE_KINDS, TimelineExecution, TimelineItem, type TimelineKind,
} from './exception.js';
export { Implementation, ListedImplementation } from './implementation.js';
export { IMPLEMENTATION_KEYS, implementationOf, IMPLEMENTATIONS, toolOf, type ImplementationKey } from './implementations.js';
export { CreatedKey, Key, KeyBody, ROLES, type Role } from './key.js';
export { checkName, foldName, isUuid, NAME_PATTERN, TENANT_ID_PATTERN } from './names.js';
export {
  Playbook, PLAYBOOK_SERVER_FIELDS, PlaybookBody, PlaybookChoice, PlaybookReplacement, PlaybookStep, STEP_ID_PATTERN, STEP_TYPES, type StepType,
} from './playbook.js';
export {
  PlaybookRun, RUN_STATUSES, RunComment, RunStep, STEP_STATUSES, StepCompletion, type RunStatus, type StepStatus,
} from './playbook-run.js';
export { LoadedTool, restrictedSchema } from './loaded-tool.js';
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
export { SealingKey, SealingKeys, UnsealingKey, UnsealingKeys } from './sealing-keys.js';
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
export { formatTools, sentNamesOf, TOOL_FORMATS, type FormattedTools, type ToolFormat, type ToolWarning, type ToolWarningCode } from './tool-formats.js';
export { toolsPrompt } from './tools-prompt.js';
export { Toolkit, ToolkitBody, ToolkitReplacement } from './toolkit.js';
export { workerPart, type ImplementationSpec, type ToolProvider, type WorkerPart } from './worker-part.js';
