import { Injectable } from '@nestjs/common';
import { checkName, isUuid } from '@toolplane/contracts/documents';
import { GLOBAL } from '@toolplane/contracts/ids';
import type { Tx } from '@toolplane/persistence';
import type { AgentRow } from './agent-row.js';

export interface AgentFilter {
  readonly after: readonly [name: string, id: string] | undefined;
  /** How many rows at most. */
  readonly take: number;
}

/** `$1` is the tenant, in every statement: the policy of the role says the same once more. */
const COLUMNS = `
  a.tenant_id as "tenantId", a.id, a.name, a.display_name as "displayName", a.model, a.system_prompt as "systemPrompt",
  case when a.tenant_id is null then 'global' else 'tenant' end as scope, a.description, a.avatar_url as "avatarUrl", a.avatar_color as "avatarColor",
  a.personality_traits as "personalityTraits", a.streaming_enabled as "streamingEnabled", a.max_context_tokens as "maxContextTokens",
  a.max_output_tokens as "maxOutputTokens", a.temperature, a.enabled, a.is_default as "isDefault", a.version, a.origin,
  a.tenant_id is not null and exists (select from registry.agents g where g.owner = '*' and g.name = a.name) as "shadowsGlobal",
  a.revision, a.created_at as "createdAt", a.created_by as "createdBy", a.updated_at as "updatedAt"`;
const VISIBLE = `select ${COLUMNS} from registry.agents a where a.owner in ($1, '*')`;
const BY_ID = `${VISIBLE} and a.id = $2`;
/** The tenant's own goes before the global one of the same name. */
const BY_NAME = `${VISIBLE} and a.name = $2 order by a.tenant_id nulls last limit 1`;
const LIST = `${VISIBLE} and ($2::text is null or (a.name, a.id) > ($2, $3::uuid)) order by a.name, a.id limit $4`;

/** Reads of agent types, as one tenant sees them; with `*` for a tenant, the global ones. */
@Injectable()
export class AgentQueries {
  /** By id or name. */
  async find(tx: Tx, tenantId: string | null, agent: string): Promise<AgentRow | undefined> {
    const byId = isUuid(agent);
    if (!byId && checkName(agent).length > 0) return undefined;
    const [row] = await tx.query<AgentRow>(byId ? BY_ID : BY_NAME, [tenantId ?? GLOBAL, agent]);
    return row;
  }

  /** By name, then id. */
  list(tx: Tx, tenantId: string, { after, take }: AgentFilter): Promise<AgentRow[]> {
    return tx.query<AgentRow>(LIST, [tenantId, after?.[0] ?? null, after?.[1] ?? null, take]);
  }
}
