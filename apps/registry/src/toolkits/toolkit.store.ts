import { Injectable } from '@nestjs/common';
import { foldName } from '@toolplane/contracts/documents';
import { GLOBAL } from '@toolplane/contracts/ids';
import { batchOf, type Tx } from '@toolplane/persistence';
import { nextMoment, type Moment } from '../announce/revision.js';
import type { Maker, Origin } from '../author/author.js';
import type { ToolkitRow } from './toolkit-row.js';
import { TOOLKIT_COLUMNS } from './toolkit.queries.js';

/** A toolkit or a tool: an owner's, so that an id alone never reaches another tenant's row. */
interface Key {
  readonly tenantId: string | null;
  readonly id: string;
}
export interface NewToolkit extends Key {
  readonly name: string;
  readonly description: string;
  readonly origin: Origin;
  readonly by: Maker;
}

const INSERT = `
  insert into registry.toolkits (tenant_id, id, name, folded_name, description, origin, created_by, revision, created_at, updated_at)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)
  on conflict (owner, folded_name) do nothing returning id`;
const LOCK = `select 1 from registry.toolkits where (owner, id) = ($1, $2) for update`;
const UPDATE = `
  update registry.toolkits set name = $3, folded_name = $4, description = $5, revision = $6, updated_at = $7 where (owner, id) = ($1, $2)`;
const DELETE = `delete from registry.toolkits where (owner, id) = ($1, $2)`;
const CLEAR = `delete from registry.toolkit_tools where (owner, toolkit_id) = ($1, $2)`;
const member = batchOf({ tenantId: 'text', toolkitId: 'uuid', toolOwner: 'text', toolId: 'uuid', position: 'int' });
const ADD = `insert into registry.toolkit_tools (${member.columns}) select ${member.columns} from ${member.source}`;
const OF_TOOL = `
  select k.owner, k.id from registry.toolkits k join registry.toolkit_tools m on (m.owner, m.toolkit_id) = (k.owner, k.id)
   where (m.tool_owner, m.tool_id) = ($1, $2) order by k.owner, k.id for update of k`;
const REMOVE_TOOL = `delete from registry.toolkit_tools where (tool_owner, tool_id) = ($1, $2)`;
const TOUCH = `
  update registry.toolkits k set revision = $3, updated_at = $4 where (k.owner, k.id) = ($1, $2) returning ${TOOLKIT_COLUMNS}`;

const ownerOf = ({ tenantId }: Key): string => tenantId ?? GLOBAL;

/** Writes of toolkits, by (owner, id). */
@Injectable()
export class ToolkitStore {
  /** Whether the name was free. */
  async insert(tx: Tx, { tenantId, id, name, description, origin, by }: NewToolkit, { revision, at }: Moment): Promise<boolean> {
    return (await tx.query(INSERT, [tenantId, id, name, foldName(name), description, origin, JSON.stringify(by), revision, at])).length === 1;
  }

  /** Whoever changes a toolkit or its tools holds it from here on; false where it is gone. */
  async lock(tx: Tx, key: Key): Promise<boolean> {
    return (await tx.query(LOCK, [ownerOf(key), key.id])).length === 1;
  }

  async update(tx: Tx, key: Key, { name, description }: Pick<ToolkitRow, 'name' | 'description'>, { revision, at }: Moment): Promise<void> {
    await tx.query(UPDATE, [ownerOf(key), key.id, name, foldName(name), description, revision, at]);
  }

  /** These tools, in this order, and no others. */
  async setTools(tx: Tx, key: Key, tools: readonly Key[]): Promise<void> {
    await tx.query(CLEAR, [ownerOf(key), key.id]);
    const rows = tools.map((tool, position) => ({ tenantId: key.tenantId, toolkitId: key.id, toolOwner: ownerOf(tool), toolId: tool.id, position }));
    await tx.query(ADD, member.values(rows));
  }

  async delete(tx: Tx, key: Key): Promise<void> {
    await tx.query(DELETE, [ownerOf(key), key.id]);
  }

  /** Takes a tool out of every toolkit that the role may change, and answers these as they now are. */
  async removeFromAll(tx: Tx, tool: Key): Promise<ToolkitRow[]> {
    const held = await tx.query<{ owner: string; id: string }>(OF_TOOL, [ownerOf(tool), tool.id]);
    await tx.query(REMOVE_TOOL, [ownerOf(tool), tool.id]);
    const { revision, at } = await nextMoment(tx);
    const rows: ToolkitRow[] = [];
    for (const { owner, id } of held) rows.push(...(await tx.query<ToolkitRow>(TOUCH, [owner, id, revision, at])));
    return rows;
  }
}
