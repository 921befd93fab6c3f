import { Injectable } from '@nestjs/common';
import { checkName, OWNED_FIELDS, type ToolkitBody, type ToolkitReplacement } from '@toolplane/contracts/documents';
import { ToolplaneError, type FieldError } from '@toolplane/contracts/errors';
import { GLOBAL, newId } from '@toolplane/contracts/ids';
import { duplicateKey, storable, type Tx } from '@toolplane/persistence';
import { Announcer, type Said } from '../announce/announcer.js';
import { diffMembers, type MemberDiff } from '../announce/members-diff.js';
import { nextMoment } from '../announce/revision.js';
import { makerOf, originOf, refuseDeclared, refuseUnlessGlobal, type Author } from '../author/author.js';
import { refuseStale } from '../author/if-match.js';
import { OwnerDoor } from '../author/owner-door.js';
import { refuseForged } from '../author/server-fields.js';
import type { ToolRow } from '../tools/tool-row.js';
import { ToolQueries } from '../tools/tool.queries.js';
import { toRegistryToolkit, toToolkit, type ToolkitRow } from './toolkit-row.js';
import { ToolkitQueries } from './toolkit.queries.js';
import { ToolkitStore } from './toolkit.store.js';

interface Desired {
  readonly name: string;
  readonly description: string;
  /** Undefined: its tools stay. */
  readonly tools: readonly ToolRow[] | undefined;
}

const NAME_INDEX = 'toolkits_name';
const MOST_TOOLS = 1_000;
const notFound = (): ToolplaneError => new ToolplaneError('NOT_FOUND');

/** Every way in which a toolkit changes. Each is one transaction: the rows, and what the other services are told of them. */
@Injectable()
export class ToolkitChanges {
  constructor(
    private readonly door: OwnerDoor,
    private readonly queries: ToolkitQueries,
    private readonly toolkits: ToolkitStore,
    private readonly tools: ToolQueries,
    private readonly announcer: Announcer,
  ) {}

  create(author: Author, body: ToolkitBody): Promise<ToolkitRow> {
    const tenantId = body.scope === 'global' ? null : author.tenantId;
    if (tenantId === null) refuseUnlessGlobal(author, 'toolkits');
    refuseFaulty(checkName(body.name));
    const { name, description } = storable(body);
    const key = { tenantId, id: newId() };
    return this.write(tenantId, async (tx) => {
      await this.door.refuseInactive(tx, tenantId);
      const tools = await this.toolsOf(tx, tenantId, body.tools ?? []);
      const moment = await nextMoment(tx);
      if (!(await this.toolkits.insert(tx, { ...key, name, description, origin: originOf(author), by: makerOf(author) }, moment))) throw new ToolplaneError('NAME_TAKEN');
      await this.toolkits.setTools(tx, key, tools);
      const row = await this.view(tx, key);
      await this.announcer.announce(tx, moment, { tenantId, by: makerOf(author), changed: [said(row, [{ pointer: '', to: shown(row) }])] });
      return row;
    });
  }

  replace(author: Author, toolkit: string, body: ToolkitReplacement, ifMatch?: string): Promise<ToolkitRow> {
    return this.change(author, toolkit, ifMatch, async (tx, row) => {
      refuseForged(OWNED_FIELDS, body, toToolkit(row));
      const moved = body.scope !== undefined && body.scope !== toToolkit(row).scope;
      refuseFaulty([...checkName(body.name), ...(moved ? [{ pointer: '/scope', detail: 'of a toolkit that exists cannot change' }] : [])]);
      const tools = body.tools && (await this.toolsOf(tx, row.tenantId, body.tools));
      return { name: storable(body).name, description: storable(body).description, tools };
    });
  }

  /** Adds a tool at the end; one that is there already stays in its place. */
  add(author: Author, toolkit: string, tool: string, ifMatch?: string): Promise<ToolkitRow> {
    return this.change(author, toolkit, ifMatch, async (tx, row) => {
      const added = await this.tool(tx, row.tenantId, tool);
      const members = await this.members(tx, row);
      if (members.length >= MOST_TOOLS) refuseFaulty([{ pointer: '/tools', detail: `more than ${MOST_TOOLS} tools` }]);
      return { ...row, tools: members.some(({ id }) => id === added.id) ? members : [...members, added] };
    });
  }

  /** @throws ToolplaneError NOT_FOUND where the tool is not in it */
  take(author: Author, toolkit: string, tool: string, ifMatch?: string): Promise<ToolkitRow> {
    return this.change(author, toolkit, ifMatch, async (tx, row) => {
      const taken = await this.tool(tx, row.tenantId, tool);
      const members = await this.members(tx, row);
      if (!members.some(({ id }) => id === taken.id)) throw notFound();
      return { ...row, tools: members.filter(({ id }) => id !== taken.id) };
    });
  }

  /** The tools themselves stay. */
  async remove(author: Author, toolkit: string, ifMatch?: string): Promise<void> {
    await this.held(author, toolkit, ifMatch, async (tx, row) => {
      const moment = await nextMoment(tx);
      await this.toolkits.delete(tx, row);
      await this.announcer.announce(tx, moment, { tenantId: row.tenantId, by: makerOf(author), changed: [said(row, [{ pointer: '', from: shown(row) }], true)] });
      return row;
    });
  }

  private change(author: Author, toolkit: string, ifMatch: string | undefined, desire: (tx: Tx, row: ToolkitRow) => Promise<Desired>): Promise<ToolkitRow> {
    return this.held(author, toolkit, ifMatch, async (tx, row) => {
      const { name, description, tools } = await desire(tx, row);
      const after: ToolkitRow = { ...row, name, description, tools: tools?.map(({ id, definition }) => ({ id, name: definition.name })) ?? row.tools };
      const diff = diffMembers(shown(row), shown(after));
      if (diff.length === 0) return row;
      const moment = await nextMoment(tx);
      await this.toolkits.update(tx, row, after, moment);
      if (tools) await this.toolkits.setTools(tx, row, tools);
      await this.announcer.announce(tx, moment, { tenantId: row.tenantId, by: makerOf(author), changed: [said(after, diff)] });
      return this.view(tx, row);
    });
  }

  /** Finds the toolkit as the author sees it, then changes it as its owner, under its lock. */
  private async held(author: Author, toolkit: string, ifMatch: string | undefined, work: (tx: Tx, row: ToolkitRow) => Promise<ToolkitRow>): Promise<ToolkitRow> {
    const seen = await this.door.look(author, (tx) => this.queries.find(tx, author.tenantId, toolkit));
    if (!seen) throw notFound();
    if (seen.tenantId === null) refuseUnlessGlobal(author, 'toolkits');
    refuseDeclared(author, seen);
    return this.write(seen.tenantId, async (tx) => {
      if (!(await this.toolkits.lock(tx, seen))) throw notFound();
      const row = await this.view(tx, seen);
      refuseStale(ifMatch, row);
      return work(tx, row);
    });
  }

  /** A global toolkit holds global tools alone: a tenant's own would not exist for the others. */
  private async toolsOf(tx: Tx, tenantId: string | null, names: readonly string[]): Promise<readonly ToolRow[]> {
    const found: ToolRow[] = [];
    const faults: FieldError[] = [];
    for (const [index, name] of names.entries()) {
      const tool = await this.tools.find(tx, tenantId ?? GLOBAL, name);
      const pointer = `/tools/${index}`;
      if (!tool || tool.deletedAt) faults.push({ pointer, detail: 'names no tool that this toolkit could hold' });
      else if (found.some(({ id }) => id === tool.id)) faults.push({ pointer, detail: 'names a tool for the second time' });
      else found.push(tool);
    }
    refuseFaulty(faults);
    return found;
  }

  private members(tx: Tx, row: ToolkitRow): Promise<readonly ToolRow[]> {
    return this.toolsOf(tx, row.tenantId, row.tools.map(({ id }) => id));
  }

  private async tool(tx: Tx, tenantId: string | null, name: string): Promise<ToolRow> {
    const tool = await this.tools.find(tx, tenantId ?? GLOBAL, name);
    if (!tool || tool.deletedAt) throw new ToolplaneError('TOOL_NOT_FOUND');
    return tool;
  }

  private async view(tx: Tx, { tenantId, id }: Pick<ToolkitRow, 'tenantId' | 'id'>): Promise<ToolkitRow> {
    const row = await this.queries.find(tx, tenantId, id);
    if (!row) throw notFound();
    return row;
  }

  private async write(tenantId: string | null, work: (tx: Tx) => Promise<ToolkitRow>): Promise<ToolkitRow> {
    try {
      return await this.door.open(tenantId, work);
    } catch (error) {
      throw duplicateKey(error) === NAME_INDEX ? new ToolplaneError('NAME_TAKEN') : error;
    }
  }
}

const refuseFaulty = (details: readonly FieldError[]): void => {
  if (details.length > 0) throw new ToolplaneError('DEFINITION_INVALID', { details });
};

const shown = ({ name, description, tools }: ToolkitRow): object => ({ name, description, tools: tools.map((tool) => tool.name) });

const said = (row: ToolkitRow, diff: readonly MemberDiff[], deleted = false): Said => ({
  kind: 'toolkit',
  id: row.id,
  object: toRegistryToolkit(row, deleted),
  deleted,
  change: { object: 'toolkit', id: row.id, version: null, diff },
});
