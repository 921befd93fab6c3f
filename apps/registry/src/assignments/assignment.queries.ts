import { Injectable } from '@nestjs/common';
import { GLOBAL } from '@toolplane/contracts/ids';
import type { Tx } from '@toolplane/persistence';
import type { AssignmentRow } from './assignment-row.js';

/** Which agent type: an owner's, so that an id alone never reaches another tenant's rows. */
export interface AgentKey {
  /** Null for a global one. */
  readonly tenantId: string | null;
  readonly id: string;
}

const COLUMNS = `
  a.tenant_id as "tenantId", a.agent_id as "agentId", g.name as "agentName", a.tool_id as "toolId", t.tenant_id as "toolTenantId",
  t.name as "toolName", coalesce((v.definition ->> 'isDangerous')::boolean, false) as "toolIsDangerous",
  a.enabled, a.order_index as "orderIndex", a.allow_use as "allowUse", a.requires_approval as "requiresApproval", a.approval,
  a.usage_limit as "usageLimit", a.allowed_parameters as "allowedParameters", a.denied_parameters as "deniedParameters",
  a.parameter_defaults as "parameterDefaults", a.version, a.origin, a.revision,
  a.created_at as "createdAt", a.created_by as "createdBy", a.updated_at as "updatedAt"`;
const FROM = `
  registry.assignments a
  join registry.agents g on (g.owner, g.id) = (a.owner, a.agent_id)
  join registry.tools t on (t.owner, t.id) = (a.tool_owner, a.tool_id) and t.deleted_at is null
  join registry.tool_versions v on (v.owner, v.tool_id, v.version) = (t.owner, t.id, t.current_version)`;
const OF_AGENT = `select ${COLUMNS} from ${FROM} where (a.owner, a.agent_id) = ($1, $2) order by a.order_index, t.name`;
const ONE = `select ${COLUMNS} from ${FROM} where (a.owner, a.agent_id, a.tool_id) = ($1, $2, $3)`;
const OF_TOOL = `select ${COLUMNS} from ${FROM} where (a.tool_owner, a.tool_id) = ($1, $2) order by a.owner, a.agent_id for update of a`;

/** Reads of assignments. Whether the caller may see the agent type is asked before. */
@Injectable()
export class AssignmentQueries {
  /** All of an agent type, by their order, then by the tool's name; disabled ones and disabled tools too. */
  ofAgent(tx: Tx, { tenantId, id }: AgentKey): Promise<AssignmentRow[]> {
    return tx.query<AssignmentRow>(OF_AGENT, [tenantId ?? GLOBAL, id]);
  }

  async find(tx: Tx, { tenantId, id }: AgentKey, toolId: string): Promise<AssignmentRow | undefined> {
    return (await tx.query<AssignmentRow>(ONE, [tenantId ?? GLOBAL, id, toolId]))[0];
  }

  /** Every agent type's hold on a tool, as far as the role may change it, and held from here on. */
  lockOfTool(tx: Tx, { tenantId, id }: AgentKey): Promise<AssignmentRow[]> {
    return tx.query<AssignmentRow>(OF_TOOL, [tenantId ?? GLOBAL, id]);
  }
}
