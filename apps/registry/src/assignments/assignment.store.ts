import { Injectable } from '@nestjs/common';
import type { Assignment } from '@toolplane/contracts/documents';
import { GLOBAL } from '@toolplane/contracts/ids';
import type { Tx } from '@toolplane/persistence';
import type { Moment } from '../announce/revision.js';
import type { Maker, Origin } from '../author/author.js';
import type { AgentKey } from './assignment.queries.js';

/** An agent type's hold on a tool. */
export interface AssignmentKey {
  readonly agent: AgentKey;
  readonly tool: AgentKey;
}

const PUT = `
  insert into registry.assignments as a (
    tenant_id, agent_id, tool_owner, tool_id, enabled, order_index, allow_use, requires_approval, approval, usage_limit, allowed_parameters,
    denied_parameters, parameter_defaults, version, origin, created_by, revision, created_at, updated_at)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $18)
  on conflict (owner, agent_id, tool_id) do update set
    enabled = excluded.enabled, order_index = excluded.order_index, allow_use = excluded.allow_use, requires_approval = excluded.requires_approval,
    approval = excluded.approval, usage_limit = excluded.usage_limit, allowed_parameters = excluded.allowed_parameters,
    denied_parameters = excluded.denied_parameters, parameter_defaults = excluded.parameter_defaults, version = excluded.version,
    origin = excluded.origin, revision = excluded.revision, updated_at = excluded.updated_at`;
const DELETE = `delete from registry.assignments where (owner, agent_id, tool_id) = ($1, $2, $3)`;
const DELETE_OF_TOOL = `delete from registry.assignments where (tool_owner, tool_id) = ($1, $2)`;
const RESTORE_APPROVAL = `
  update registry.assignments set requires_approval = null, revision = $3, updated_at = $4
   where (tool_owner, tool_id) = ($1, $2) and requires_approval = false`;

const ownerOf = ({ tenantId }: AgentKey): string => tenantId ?? GLOBAL;
const json = (value: unknown): string | null => (value === null ? null : JSON.stringify(value));

/** Writes of assignments. Whoever writes holds the agent type, so that revisions grow in the order of the changes. */
@Injectable()
export class AssignmentStore {
  async put(tx: Tx, { agent, tool }: AssignmentKey, given: Assignment, by: { readonly maker: Maker; readonly origin: Origin }, { revision, at }: Moment): Promise<void> {
    await tx.query(PUT, [
      agent.tenantId, agent.id, ownerOf(tool), tool.id, given.enabled, given.orderIndex, given.allowUse, given.requiresApproval, json(given.approval), given.usageLimit,
      json(given.allowedParameters), json(given.deniedParameters), json(given.parameterDefaults), given.version, by.origin, json(by.maker), revision, at,
    ]);
  }

  async delete(tx: Tx, { agent, tool }: AssignmentKey): Promise<void> {
    await tx.query(DELETE, [ownerOf(agent), agent.id, tool.id]);
  }

  async deleteOfTool(tx: Tx, tool: AgentKey): Promise<void> {
    await tx.query(DELETE_OF_TOOL, [ownerOf(tool), tool.id]);
  }

  /** Whoever was to use the tool without approval asks for it again. */
  async restoreApproval(tx: Tx, tool: AgentKey, { revision, at }: Moment): Promise<void> {
    await tx.query(RESTORE_APPROVAL, [ownerOf(tool), tool.id, revision, at]);
  }
}
