import { Injectable } from '@nestjs/common';
import { isUuid, type Assignment, type ToolDefinition } from '@toolplane/contracts/documents';
import { GLOBAL } from '@toolplane/contracts/ids';
import type { Tx } from '@toolplane/persistence';
import type { AgentKey } from '../assignments/assignment.queries.js';

/** A tool that an agent type has, in the version that it is to see. */
export interface AssignedTool
  extends Pick<Assignment, 'orderIndex' | 'allowUse' | 'requiresApproval' | 'usageLimit' | 'allowedParameters' | 'parameterDefaults'> {
  readonly toolId: string;
  readonly version: string;
  readonly definition: ToolDefinition;
  /** Flags of the current version, whatever version is pinned. */
  readonly isDangerous: boolean;
  readonly toolRequiresApproval: boolean;
  readonly shadowed: boolean;
}
export interface ControlRow {
  readonly toolId: string;
  readonly version: string;
  readonly definition: ToolDefinition;
}

const ASSIGNED = `
  select t.id as "toolId", v.version, v.definition, a.order_index as "orderIndex", a.allow_use as "allowUse",
         a.requires_approval as "requiresApproval", a.usage_limit as "usageLimit", a.allowed_parameters as "allowedParameters",
         a.parameter_defaults as "parameterDefaults", (c.definition ->> 'isDangerous')::boolean as "isDangerous",
         (c.definition ->> 'requiresApproval')::boolean as "toolRequiresApproval",
         t.tenant_id is null and exists (
           select from registry.tools o where o.owner = $1 and o.name = t.name and o.deleted_at is null) as shadowed
    from registry.assignments a
    join registry.tools t on (t.owner, t.id) = (a.tool_owner, a.tool_id) and t.deleted_at is null and t.enabled
    join registry.tool_versions c on (c.owner, c.tool_id, c.version) = (t.owner, t.id, t.current_version)
    join registry.tool_versions v on (v.owner, v.tool_id, v.version) = (t.owner, t.id, coalesce(a.version, t.current_version))
    left join registry.enablements e on (e.tenant_id, e.tool_id) = ($1, t.id)
   where (a.owner, a.agent_id) = ($2, $3) and a.enabled and coalesce(e.enabled, true)
     and ($4::uuid[] is null or exists (
           select from registry.toolkit_tools m where m.toolkit_id = any ($4) and (m.tool_owner, m.tool_id) = (t.owner, t.id)))
   order by a.order_index, t.name`;
/** The tenant's own goes before the global one. */
const CONTROLS = `
  select distinct on (t.name) t.id as "toolId", v.version, v.definition
    from registry.tools t join registry.tool_versions v on (v.owner, v.tool_id, v.version) = (t.owner, t.id, t.current_version)
   where t.owner in ($1, '*') and t.name = any ($2) and t.deleted_at is null
   order by t.name, t.tenant_id nulls last`;
const TOOLKITS = `
  select distinct on (given) given, k.id
    from unnest($2::text[]) as given join registry.toolkits k on k.owner in ($1, '*') and (k.name = given or k.id::text = given)
   order by given, k.tenant_id nulls last`;

/** What an agent type has, as one tenant sees it. */
@Injectable()
export class AssignedToolsQueries {
  /** In their order. @param toolkits ids; null: all */
  assigned(tx: Tx, tenantId: string, agent: AgentKey, toolkits: readonly string[] | null): Promise<AssignedTool[]> {
    return tx.query<AssignedTool>(ASSIGNED, [tenantId, agent.tenantId ?? GLOBAL, agent.id, toolkits]);
  }

  controls(tx: Tx, tenantId: string, names: readonly string[]): Promise<ControlRow[]> {
    return tx.query<ControlRow>(CONTROLS, [tenantId, names]);
  }

  /** Ids of toolkits by name or id; undefined where one is not there. */
  async toolkits(tx: Tx, tenantId: string, given: readonly string[]): Promise<string[] | undefined> {
    const wanted = [...new Set(given.map((one) => (isUuid(one) ? one.toLowerCase() : one)))];
    const rows = await tx.query<{ id: string }>(TOOLKITS, [tenantId, wanted]);
    return rows.length === wanted.length ? rows.map(({ id }) => id) : undefined;
  }
}
