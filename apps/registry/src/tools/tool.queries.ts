import { Injectable } from '@nestjs/common';
import { checkName, isUuid } from '@toolplane/contracts/documents';
import type { Tx } from '@toolplane/persistence';
import type { ToolRow, VersionRow } from './tool-row.js';

export interface ToolFilter {
  readonly scope: 'global' | 'tenant' | 'all';
  readonly status: readonly string[];
  readonly type: readonly string[];
  readonly category: readonly string[];
  readonly tag: readonly string[];
  readonly q: string | undefined;
  readonly after: readonly [name: string, id: string] | undefined;
  /** How many rows at most. */
  readonly take: number;
}

/** `$1` is the tenant, in every statement: the policy of the role says the same once more. */
const COLUMNS = `
  t.tenant_id as "tenantId", t.id, v.definition, t.current_version as version, t.enabled, e.enabled as "tenantEnabled", t.origin,
  t.tenant_id is not null and exists (
    select from registry.tools g where g.owner = '*' and g.name = t.name and g.deleted_at is null) as "shadowsGlobal",
  t.revision, e.revision as "tenantRevision",
  t.created_at as "createdAt", t.created_by as "createdBy", t.updated_at as "updatedAt", t.deleted_at as "deletedAt"`;
const VISIBLE = `
  registry.tools t
  join registry.tool_versions v on (v.owner, v.tool_id, v.version) = (t.owner, t.id, t.current_version)
  left join registry.enablements e on (e.tenant_id, e.tool_id) = ($1, t.id)
 where t.owner in ($1, '*')`;

const BY_ID = `select ${COLUMNS} from ${VISIBLE} and t.id = $2`;
/** The tenant's own goes before the global one of the same name. */
const BY_NAME = `select ${COLUMNS} from ${VISIBLE} and t.name = $2 and t.deleted_at is null order by t.tenant_id nulls last limit 1`;
const LIST = `
  select ${COLUMNS} from ${VISIBLE} and t.deleted_at is null
    and ($2 = 'all' or ($2 = 'global') = (t.tenant_id is null))
    and ($3::text[] is null or case when t.enabled and coalesce(e.enabled, true) then 'enabled' else 'disabled' end = any ($3))
    and ($4::text[] is null or t.type = any ($4))
    and ($5::text[] is null or t.category = any ($5))
    and ($6::text[] is null or t.tags && $6)
    and ($7::text is null or position(lower($7) in lower(t.name || ' ' || (v.definition ->> 'description'))) > 0)
    and ($8::text is null or (t.name, t.id) > ($8, $9::uuid))
  order by t.name, t.id limit $10`;
const VERSIONS = `
  select v.definition, v.version, v.change, v.diff, v.revision, v.created_at as "createdAt", v.created_by as "createdBy",
         v.version = t.current_version as current
    from registry.tools t join registry.tool_versions v on (v.owner, v.tool_id) = (t.owner, t.id)
   where t.owner in ($1, '*') and t.id = $2`;
const VERSION_PAGE = `${VERSIONS} and ($3::bigint is null or v.revision < $3) order by v.revision desc limit $4`;
const ONE_VERSION = `${VERSIONS} and v.version = $3`;

const some = (values: readonly string[]): readonly string[] | null => (values.length > 0 ? values : null);

/** Reads of tools, as one tenant sees them. */
@Injectable()
export class ToolQueries {
  /** By id or name. A deleted tool is found by its id alone: its history stays readable. */
  async find(tx: Tx, tenantId: string, tool: string): Promise<ToolRow | undefined> {
    const byId = isUuid(tool);
    if (!byId && checkName(tool).length > 0) return undefined;
    const [row] = await tx.query<ToolRow>(byId ? BY_ID : BY_NAME, [tenantId, tool]);
    return row;
  }

  /** By name, then id. */
  list(tx: Tx, tenantId: string, { scope, status, type, category, tag, q, after, take }: ToolFilter): Promise<ToolRow[]> {
    const filters = [status, type, category, tag].map(some);
    return tx.query<ToolRow>(LIST, [tenantId, scope, ...filters, q ?? null, after?.[0] ?? null, after?.[1] ?? null, take]);
  }

  /** Newest first. */
  versions(tx: Tx, tenantId: string, toolId: string, { before, take }: { before: number | undefined; take: number }): Promise<VersionRow[]> {
    return tx.query<VersionRow>(VERSION_PAGE, [tenantId, toolId, before ?? null, take]);
  }

  async version(tx: Tx, tenantId: string, toolId: string, version: string): Promise<VersionRow | undefined> {
    const [row] = await tx.query<VersionRow>(ONE_VERSION, [tenantId, toolId, version]);
    return row;
  }
}
