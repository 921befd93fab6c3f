import { workerPart, type RegistryTool, type RegistryToolVersion, type Tool, type ToolDefinition, type ToolVersion } from '@toolplane/contracts/documents';

type Maker = Tool['createdBy'];

/** A tool as one tenant sees it, with the definition of its current version. */
export interface ToolRow {
  readonly tenantId: string | null;
  readonly id: string;
  readonly definition: ToolDefinition;
  readonly version: string;
  /** The tool's own flag. */
  readonly enabled: boolean;
  /** The tenant's word on a global tool; null where it has said nothing. */
  readonly tenantEnabled: boolean | null;
  readonly origin: 'api' | 'config';
  readonly shadowsGlobal: boolean;
  readonly revision: number;
  readonly tenantRevision: number | null;
  readonly createdAt: Date;
  readonly createdBy: Maker;
  readonly updatedAt: Date;
  readonly deletedAt: Date | null;
}

export interface VersionRow {
  readonly definition: ToolDefinition;
  readonly version: string;
  readonly change: ToolVersion['change'];
  readonly diff: ToolVersion['diff'];
  readonly revision: number;
  readonly createdAt: Date;
  readonly createdBy: Maker;
  readonly current: boolean;
}

/** What the tenant's calls meet: switched off for everyone or for this tenant is off. */
export const isEnabled = (row: Pick<ToolRow, 'enabled' | 'tenantEnabled'>): boolean => row.enabled && row.tenantEnabled !== false;

/** The definition as it stands now: the flag lies beside the versions, so that switching a tool makes none. */
export const definitionOf = (row: Pick<ToolRow, 'definition' | 'enabled'>): ToolDefinition => ({ ...row.definition, enabled: row.enabled });

export const toTool = (row: ToolRow): Tool => ({
  ...row.definition,
  enabled: isEnabled(row),
  version: row.version,
  id: row.id,
  tenantId: row.tenantId,
  origin: row.origin,
  shadowsGlobal: row.shadowsGlobal,
  createdAt: row.createdAt.toISOString(),
  createdBy: row.createdBy,
  updatedAt: row.updatedAt.toISOString(),
});

export const toVersion = (row: VersionRow): ToolVersion => ({
  ...row.definition,
  version: row.version,
  change: row.change,
  diff: row.diff,
  createdAt: row.createdAt.toISOString(),
  createdBy: row.createdBy,
  current: row.current,
});

interface Identity {
  readonly tenantId: string | null;
  readonly id: string;
  readonly version: string;
  readonly definition: ToolDefinition;
}

/** The object of an announcement of kind `tool`. */
export const toRegistryTool = ({ tenantId, id, version, definition }: Identity, deleted = false): RegistryTool => ({
  tenantId,
  id,
  name: definition.name,
  type: definition.type,
  provider: partOf(definition).provider,
  scope: definition.scope,
  currentVersion: version,
  enabled: definition.enabled,
  isDangerous: definition.isDangerous,
  requiresApproval: definition.requiresApproval,
  approval: definition.approval,
  auth: definition.auth,
  idempotent: definition.idempotent,
  deleted,
});

/** The object of an announcement of kind `tool_version`. */
export const toRegistryVersion = ({ tenantId, id, version, definition }: Identity): RegistryToolVersion => ({
  tenantId,
  toolId: id,
  version,
  name: definition.name,
  description: definition.description,
  inputSchema: definition.inputSchema,
  outputSchema: definition.outputSchema,
  spec: partOf(definition).spec,
  timeoutMs: definition.timeoutMs,
  retry: definition.retry,
  idempotent: definition.idempotent,
});

const partOf = (definition: ToolDefinition) => {
  const part = workerPart(definition);
  if (!part) throw new TypeError(`a tool of type ${definition.type} was stored without the part its type demands`);
  return part;
};

/** Strong entity tag: a change of the tool, or of the tenant's word on it, is another one. */
export const etagOf = (row: Pick<ToolRow, 'revision' | 'tenantRevision'>): string => `"${row.revision}.${row.tenantRevision ?? 0}"`;
