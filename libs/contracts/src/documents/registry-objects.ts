import { Type, type Static } from 'typebox';
import { Auth } from './auth.js';
import { Assignment } from './assignment.js';
import { ApprovalTerms, RetryTerms, Schema, SemanticVersion } from './tool.js';

/** The `object` of ToolRegistryChanged, by kind: what the projections of other services keep. */
const tenantId = Type.Union([Type.String(), Type.Null()], { description: 'Null for a global tool.' });

export const RegistryTenant = Type.Object(
  { id: Type.String(), displayName: Type.String(), status: Type.Enum(['active', 'suspended', 'deleted']) },
  { description: 'kind tenant' },
);
export type RegistryTenant = Static<typeof RegistryTenant>;

/** What always comes from the current definition, whatever version a request asks for. */
export const RegistryTool = Type.Object(
  {
    tenantId,
    id: Type.String(),
    name: Type.String(),
    type: Type.Enum(['http', 'dummy', 'builtin', 'custom', 'mcp']),
    provider: Type.Enum(['http', 'dummy', 'builtin', 'mcp']),
    scope: Type.Enum(['global', 'tenant']),
    currentVersion: SemanticVersion,
    enabled: Type.Boolean({ description: 'The tool’s own flag; an enablement of the tenant goes before it.' }),
    isDangerous: Type.Boolean(),
    requiresApproval: Type.Boolean(),
    approval: ApprovalTerms,
    auth: Auth,
    idempotent: Type.Optional(Type.Boolean({ description: 'Of the current version; each version carries its own.' })),
    deleted: Type.Boolean(),
  },
  { description: 'kind tool' },
);
export type RegistryTool = Static<typeof RegistryTool>;

export const RegistryToolVersion = Type.Object(
  {
    tenantId,
    toolId: Type.String(),
    version: SemanticVersion,
    name: Type.String(),
    description: Type.String(),
    inputSchema: Schema,
    outputSchema: Type.Union([Schema, Type.Null()]),
    spec: Type.Unknown({ description: 'The worker’s part: endpoint, dummy settings, implementation or MCP tool.' }),
    timeoutMs: Type.Integer({ minimum: 1 }),
    retry: RetryTerms,
    idempotent: Type.Boolean(),
  },
  { description: 'kind tool_version' },
);
export type RegistryToolVersion = Static<typeof RegistryToolVersion>;

export const RegistryEnablement = Type.Object(
  { tenantId: Type.String(), toolId: Type.String(), enabled: Type.Boolean() },
  { description: 'kind enablement: a tenant’s own word on a tool, global ones too' },
);
export type RegistryEnablement = Static<typeof RegistryEnablement>;

/** Agent types are named, by callers and in events; a name never changes. A tenant's own goes before a global one of that name. */
export const RegistryAgent = Type.Object(
  { tenantId, id: Type.String(), name: Type.String(), enabled: Type.Boolean(), deleted: Type.Boolean() },
  { description: 'kind agent' },
);
export type RegistryAgent = Static<typeof RegistryAgent>;

/** The id of the object is `<agentId>:<toolId>`. Of a global agent it names a global tool only. */
export const RegistryAssignment = Type.Object(
  { tenantId, agentId: Type.String(), agentName: Type.String(), toolId: Type.String(), ...Assignment.properties },
  { description: 'kind assignment: what an agent type may do with a tool' },
);
export type RegistryAssignment = Static<typeof RegistryAssignment>;

export const RegistryToolkit = Type.Object(
  {
    tenantId,
    id: Type.String(),
    name: Type.String(),
    description: Type.String(),
    tools: Type.Array(Type.String({ description: 'Tool id.' })),
    deleted: Type.Boolean(),
  },
  { description: 'kind toolkit' },
);
export type RegistryToolkit = Static<typeof RegistryToolkit>;
