import { Injectable } from '@nestjs/common';
import { checkName, isUuid } from '@toolplane/contracts/documents';
import { GLOBAL } from '@toolplane/contracts/ids';
import type { Tx } from '@toolplane/persistence';
import type { ToolkitRow } from './toolkit-row.js';

export interface ToolkitFilter {
  readonly after: readonly [name: string, id: string] | undefined;
  /** How many rows at most. */
  readonly take: number;
}

/** A toolkit with its tools in their order. Deleted tools are members no more. */
export const TOOLKIT_COLUMNS = `
  k.tenant_id as "tenantId", k.id, k.name, k.description,
  coalesce((
    select json_agg(json_build_object('id', t.id, 'name', t.name) order by m.position, t.name)
      from registry.toolkit_tools m join registry.tools t on (t.owner, t.id) = (m.tool_owner, m.tool_id) and t.deleted_at is null
     where (m.owner, m.toolkit_id) = (k.owner, k.id)), '[]'::json) as tools,
  k.origin, k.tenant_id is not null and exists (select from registry.toolkits g where g.owner = '*' and g.name = k.name) as "shadowsGlobal",
  k.revision, k.created_at as "createdAt", k.created_by as "createdBy", k.updated_at as "updatedAt"`;
/** `$1` is the tenant, in every statement: the policy of the role says the same once more. */
const VISIBLE = `select ${TOOLKIT_COLUMNS} from registry.toolkits k where k.owner in ($1, '*')`;
const BY_ID = `${VISIBLE} and k.id = $2`;
/** The tenant's own goes before the global one of the same name. */
const BY_NAME = `${VISIBLE} and k.name = $2 order by k.tenant_id nulls last limit 1`;
const LIST = `${VISIBLE} and ($2::text is null or (k.name, k.id) > ($2, $3::uuid)) order by k.name, k.id limit $4`;

/** Reads of toolkits, as one tenant sees them; with null for a tenant, the global ones. */
@Injectable()
export class ToolkitQueries {
  /** By id or name. */
  async find(tx: Tx, tenantId: string | null, toolkit: string): Promise<ToolkitRow | undefined> {
    const byId = isUuid(toolkit);
    if (!byId && checkName(toolkit).length > 0) return undefined;
    const [row] = await tx.query<ToolkitRow>(byId ? BY_ID : BY_NAME, [tenantId ?? GLOBAL, toolkit]);
    return row;
  }

  /** By name, then id. */
  list(tx: Tx, tenantId: string, { after, take }: ToolkitFilter): Promise<ToolkitRow[]> {
    return tx.query<ToolkitRow>(LIST, [tenantId, after?.[0] ?? null, after?.[1] ?? null, take]);
  }
}
