import type { Agent, AgentDefinition, RegistryAgent } from '@toolplane/contracts/documents';
import type { Origin } from '../author/author.js';

/** An agent type as it is stored. */
export interface AgentRow extends AgentDefinition {
  /** Null for a global one. */
  readonly tenantId: string | null;
  readonly id: string;
  readonly version: string;
  readonly origin: Origin;
  readonly shadowsGlobal: boolean;
  readonly revision: number;
  readonly createdAt: Date;
  readonly createdBy: { readonly type: string; readonly id: string } | null;
  readonly updatedAt: Date;
}

/** The definition alone, as its author would write it. */
export const agentDefinitionOf = (row: AgentDefinition): AgentDefinition => ({
  name: row.name,
  displayName: row.displayName,
  model: row.model,
  systemPrompt: row.systemPrompt,
  scope: row.scope,
  description: row.description,
  avatarUrl: row.avatarUrl,
  avatarColor: row.avatarColor,
  personalityTraits: row.personalityTraits,
  streamingEnabled: row.streamingEnabled,
  maxContextTokens: row.maxContextTokens,
  maxOutputTokens: row.maxOutputTokens,
  temperature: row.temperature,
  enabled: row.enabled,
  isDefault: row.isDefault,
});

export const toAgent = (row: AgentRow): Agent => ({
  ...agentDefinitionOf(row),
  version: row.version,
  id: row.id,
  tenantId: row.tenantId,
  origin: row.origin,
  shadowsGlobal: row.shadowsGlobal,
  createdAt: row.createdAt.toISOString(),
  createdBy: row.createdBy,
  updatedAt: row.updatedAt.toISOString(),
});

/** The object of an announcement of kind `agent`. */
export const toRegistryAgent = ({ tenantId, id, name, enabled }: Pick<AgentRow, 'tenantId' | 'id' | 'name' | 'enabled'>, deleted = false): RegistryAgent => ({
  tenantId,
  id,
  name,
  enabled,
  deleted,
});
