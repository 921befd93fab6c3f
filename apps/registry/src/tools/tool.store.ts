import { Injectable } from '@nestjs/common';
import { foldName, type DiffEntry, type Tool, type ToolDefinition, type VersionChange } from '@toolplane/contracts/documents';
import { GLOBAL } from '@toolplane/contracts/ids';
import type { Tx } from '@toolplane/persistence';
import type { Moment } from '../announce/revision.js';

/** Which tool: an owner's, so that an id alone never reaches another tenant's row. */
export interface ToolKey {
  readonly tenantId: string | null;
  readonly id: string;
}
export interface NewVersion {
  readonly version: string;
  readonly definition: ToolDefinition;
  readonly change: VersionChange | null;
  readonly diff: readonly DiffEntry[];
  readonly by: Tool['createdBy'];
}

const INSERT = `
  insert into registry.tools (tenant_id, id, name, folded_name, type, category, enabled, tags, current_version, revision, created_at, updated_at, created_by, origin)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, $12, $13)
  on conflict (owner, folded_name) where deleted_at is null do nothing returning id`;
const INSERT_VERSION = `
  insert into registry.tool_versions (tenant_id, tool_id, version, definition, change, diff, revision, created_at, created_by)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
  on conflict do nothing returning version`;
const LOCK = `select 1 from registry.tools where (owner, id) = ($1, $2) and deleted_at is null for update`;
const VERSION_NUMBERS = `select version from registry.tool_versions where (owner, tool_id) = ($1, $2)`;
const SET_CURRENT = `
  update registry.tools set name = $3, folded_name = $4, type = $5, category = $6, enabled = $7, tags = $8, current_version = $9, revision = $10, updated_at = $11
   where (owner, id) = ($1, $2)`;
const SET_ENABLED = `update registry.tools set enabled = $3, revision = $4, updated_at = $5 where (owner, id) = ($1, $2)`;
const DELETE = `update registry.tools set deleted_at = $4, revision = $3, updated_at = $4 where (owner, id) = ($1, $2)`;
/** The revision is taken under the row's lock, which is the conflict's: see `nextMoment`. */
const SAY = `
  insert into registry.enablements (tenant_id, tool_id, enabled, revision) values ($1, $2, $3, nextval('registry.revision'))
  on conflict (tenant_id, tool_id) do update set enabled = excluded.enabled, revision = nextval('registry.revision'), updated_at = now()
  returning revision, updated_at as at`;

const ownerOf = ({ tenantId }: ToolKey): string => tenantId ?? GLOBAL;
const described = (definition: ToolDefinition, version: string) => [
  definition.name, foldName(definition.name), definition.type, definition.category, definition.enabled, definition.tags, version,
];

/** Writes of tools, by (owner, id). Definitions come without U+0000, so that what is announced is what is stored. */
@Injectable()
export class ToolStore {
  /** Whether the name was free. The version that the tool points at has to follow in the same transaction. */
  async insert(tx: Tx, key: ToolKey, { version, definition, by, origin }: NewVersion & { readonly origin: Tool['origin'] }, { revision, at }: Moment): Promise<boolean> {
    const values = [key.tenantId, key.id, ...described(definition, version), revision, at, JSON.stringify(by), origin];
    return (await tx.query(INSERT, values)).length === 1;
  }

  /** Whether the number was free. */
  async insertVersion(tx: Tx, key: ToolKey, added: NewVersion, { revision, at }: Moment): Promise<boolean> {
    const { version, definition, change, diff, by } = added;
    const values = [key.tenantId, key.id, version, JSON.stringify(definition), change, JSON.stringify(diff), revision, at, JSON.stringify(by)];
    return (await tx.query(INSERT_VERSION, values)).length === 1;
  }

  /** Whoever changes a tool holds it from here on; false where it is gone. */
  async lock(tx: Tx, key: ToolKey): Promise<boolean> {
    return (await tx.query(LOCK, [ownerOf(key), key.id])).length === 1;
  }

  async versionNumbers(tx: Tx, key: ToolKey): Promise<string[]> {
    return (await tx.query<{ version: string }>(VERSION_NUMBERS, [ownerOf(key), key.id])).map(({ version }) => version);
  }

  async setCurrent(tx: Tx, key: ToolKey, version: string, definition: ToolDefinition, { revision, at }: Moment): Promise<void> {
    await tx.query(SET_CURRENT, [ownerOf(key), key.id, ...described(definition, version), revision, at]);
  }

  async setEnabled(tx: Tx, key: ToolKey, enabled: boolean, { revision, at }: Moment): Promise<void> {
    await tx.query(SET_ENABLED, [ownerOf(key), key.id, enabled, revision, at]);
  }

  async delete(tx: Tx, key: ToolKey, { revision, at }: Moment): Promise<void> {
    await tx.query(DELETE, [ownerOf(key), key.id, revision, at]);
  }

  /** A tenant's word on a global tool. */
  async say(tx: Tx, tenantId: string, toolId: string, enabled: boolean): Promise<Moment> {
    const [moment] = await tx.query<Moment>(SAY, [tenantId, toolId, enabled]);
    if (!moment) throw new Error('an upsert gives its row');
    return moment;
  }
}
