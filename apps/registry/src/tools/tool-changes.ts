import { Injectable } from '@nestjs/common';
import { completeTool, TOOL_SERVER_FIELDS, type DiffEntry, type ToolBody, type ToolDefinition, type ToolReplacement } from '@toolplane/contracts/documents';
import { ToolplaneError } from '@toolplane/contracts/errors';
import { newId } from '@toolplane/contracts/ids';
import { duplicateKey, storable, type Tx } from '@toolplane/persistence';
import { Announcer, type Said } from '../announce/announcer.js';
import { nextMoment } from '../announce/revision.js';
import { ToolUses } from '../assignments/tool-uses.js';
import { makerOf, originOf, refuseDeclared, refuseUnlessGlobal, type Author } from '../author/author.js';
import { meetsIfMatch } from '../author/if-match.js';
import { OwnerDoor } from '../author/owner-door.js';
import { refuseForged } from '../author/server-fields.js';
import { diffTools } from '../versions/diff.js';
import { FIRST_VERSION, nextVersion } from '../versions/next-version.js';
import { ToolChecks } from './tool-checks.js';
import { definitionOf, etagOf, isEnabled, toTool, type ToolRow } from './tool-row.js';
import { saidTool, saidVersion, switched, type Stored } from './tool-said.js';
import { ToolQueries } from './tool.queries.js';
import { ToolStore } from './tool.store.js';

const NAME_INDEX = 'tools_name';
const notFound = (): ToolplaneError => new ToolplaneError('TOOL_NOT_FOUND');
const nameTaken = (): ToolplaneError => new ToolplaneError('NAME_TAKEN');

/** Every way in which a tool changes. Each is one transaction: the rows, and what the other services are told of them. */
@Injectable()
export class ToolChanges {
  constructor(
    private readonly door: OwnerDoor,
    private readonly queries: ToolQueries,
    private readonly tools: ToolStore,
    private readonly announcer: Announcer,
    private readonly checks: ToolChecks,
    private readonly uses: ToolUses,
  ) {}

  async create(author: Author, body: ToolBody): Promise<ToolRow> {
    const tenantId = body.scope === 'global' ? null : author.tenantId;
    if (tenantId === null) refuseUnlessGlobal(author, 'tools');
    await this.checks.refuseBody(body, tenantId, author);
    const stored: Stored = { tenantId, id: newId(), version: body.version ?? FIRST_VERSION, definition: this.checks.asDeployed(storable(completeTool(body)), author) };
    return this.write(tenantId, async (tx) => {
      await this.door.refuseInactive(tx, tenantId);
      const moment = await nextMoment(tx);
      const first = { ...stored, change: null, diff: [], by: makerOf(author), origin: originOf(author) };
      if (!(await this.tools.insert(tx, stored, first, moment))) throw nameTaken();
      await this.tools.insertVersion(tx, stored, first, moment);
      const made: DiffEntry = { pointer: '', change: 'compatible', to: { name: body.name, version: stored.version } };
      await this.announcer.announce(tx, moment, {
        tenantId,
        by: makerOf(author),
        changed: [saidVersion(stored), saidTool(stored, [made])],
        control: stored.definition.enabled ? [] : [switched(stored.id, false)],
      });
      return this.view(tx, author, stored.id);
    });
  }

  replace(author: Author, tool: string, body: ToolReplacement, ifMatch?: string): Promise<ToolRow> {
    const prepare = async (seen: ToolRow): Promise<void> => {
      refuseForged(TOOL_SERVER_FIELDS, body, toTool(seen));
      if (body.scope !== undefined && body.scope !== seen.definition.scope) {
        throw new ToolplaneError('DEFINITION_INVALID', { details: [{ pointer: '/scope', detail: 'of a tool that exists cannot change' }] });
      }
      await this.checks.refuseBody(body, seen.tenantId, author);
    };
    return this.change(author, tool, ifMatch, async (tx, row) => {
      const complete = this.checks.asDeployed(storable(completeTool({ ...body, scope: row.definition.scope })), author);
      const desired = complete.enabled;
      if (desired && row.tenantEnabled === false) await this.say(tx, author, row.id, true);
      // What a GET showed and a PUT sends back is no change: what a tenant has switched off is not thereby off for all.
      const enabled = desired === isEnabled(row) ? row.enabled : desired;
      const definition: ToolDefinition = { ...complete, enabled };
      const wanted = body.version === row.version ? undefined : body.version;
      const { change, entries } = diffTools(definitionOf(row), definition);
      if (change === null && wanted === undefined) return;
      await this.refuseExposed(tx, row, definition);
      const numbers = await this.tools.versionNumbers(tx, row);
      const stored = { tenantId: row.tenantId, id: row.id, version: wanted ?? nextVersion(numbers, change ?? 'metadata'), definition };
      const moment = await nextMoment(tx);
      const added = { ...stored, change: change ?? 'metadata', diff: entries, by: makerOf(author) };
      if (!(await this.tools.insertVersion(tx, row, added, moment))) {
        throw new ToolplaneError('CONFLICT', { message: `Version ${stored.version} exists, and a version that exists is never changed` });
      }
      await this.tools.setCurrent(tx, row, stored.version, definition, moment);
      await this.announcer.announce(tx, moment, {
        tenantId: row.tenantId,
        by: makerOf(author),
        changed: [saidVersion(stored), saidTool(stored, entries)],
        control: enabled === row.enabled ? [] : [switched(row.id, enabled)],
      });
      await this.restoreApproval(tx, author, row, definition);
    }, prepare);
  }

  /** Makes an earlier version current. Whether the tool is switched on is not the version's to say. */
  rollback(author: Author, tool: string, version: string, ifMatch?: string): Promise<ToolRow> {
    return this.change(author, tool, ifMatch, async (tx, row) => {
      const target = await this.queries.version(tx, author.tenantId, row.id, version);
      if (!target) throw new ToolplaneError('TOOL_VERSION_NOT_FOUND');
      if (target.current) return;
      this.checks.refuseHere({ ...target.definition, enabled: row.enabled }, row.tenantId);
      const stored = { tenantId: row.tenantId, id: row.id, version, definition: definitionOf({ ...row, definition: target.definition }) };
      await this.refuseExposed(tx, row, stored.definition);
      const { change, entries } = diffTools(definitionOf(row), stored.definition);
      const moment = await nextMoment(tx);
      await this.tools.setCurrent(tx, row, version, stored.definition, moment);
      const moved: DiffEntry = { pointer: '/version', change: change ?? 'metadata', from: row.version, to: version };
      await this.announcer.announce(tx, moment, { tenantId: row.tenantId, by: makerOf(author), changed: [saidTool(stored, [moved, ...entries])] });
      await this.restoreApproval(tx, author, row, stored.definition);
    });
  }

  /** Soft: versions and past executions stay readable, the name is free again. */
  async remove(author: Author, tool: string, ifMatch?: string): Promise<void> {
    await this.change(author, tool, ifMatch, async (tx, row) => {
      const released = await this.uses.release(tx, row);
      const moment = await nextMoment(tx);
      await this.tools.delete(tx, row, moment);
      for (const { tenantId, changed, moment: then } of released) await this.announcer.announce(tx, then, { tenantId, by: makerOf(author), changed });
      const gone: DiffEntry = { pointer: '', change: 'breaking', from: { name: row.definition.name, version: row.version } };
      await this.announcer.announce(tx, moment, {
        tenantId: row.tenantId,
        by: makerOf(author),
        changed: [saidTool({ ...row, definition: definitionOf(row) }, [gone], true)],
        control: [switched(row.id, false)],
      });
    });
  }

  /** Switches a tool for the caller's tenant: its own by the tool's flag, a global one by the tenant's word on it. */
  async enable(author: Author, tool: string, enabled: boolean, ifMatch?: string): Promise<ToolRow> {
    const seen = await this.seen(author, tool);
    if (enabled) this.checks.refuseProvider(seen.definition, '/enabled');
    if (seen.tenantId === null) return this.enableGlobal(author, seen, enabled, ifMatch);
    return this.change(author, tool, ifMatch, async (tx, row) => {
      if (row.enabled === enabled) return;
      const moment = await nextMoment(tx);
      await this.tools.setEnabled(tx, row, enabled, moment);
      const flag: DiffEntry = { pointer: '/enabled', change: 'metadata', from: row.enabled, to: enabled };
      await this.announcer.announce(tx, moment, {
        tenantId: row.tenantId,
        by: makerOf(author),
        changed: [saidTool({ ...row, definition: { ...row.definition, enabled } }, [flag])],
        control: [switched(row.id, enabled)],
      });
    });
  }

  private enableGlobal(author: Author, { id }: ToolRow, enabled: boolean, ifMatch: string | undefined): Promise<ToolRow> {
    return this.door.open(author.tenantId, async (tx) => {
      await this.door.refuseInactive(tx, author.tenantId);
      const row = await this.view(tx, author, id);
      if (!meetsIfMatch(ifMatch, etagOf(row))) throw new ToolplaneError('PRECONDITION_FAILED');
      if (enabled && !row.enabled) throw new ToolplaneError('CONFLICT', { message: 'The tool is switched off for every tenant; only a platform administrator can enable it' });
      if (isEnabled(row) === enabled) return row;
      await this.say(tx, author, id, enabled);
      return this.view(tx, author, id);
    });
  }

  private async say(tx: Tx, author: Author, id: string, enabled: boolean): Promise<void> {
    const { tenantId } = author;
    const moment = await this.tools.say(tx, tenantId, id, enabled);
    const flag: DiffEntry = { pointer: '/enabled', change: 'metadata', from: !enabled, to: enabled };
    const change = { object: 'enablement', id, version: null, diff: [flag] };
    // Switched on again, the tenant says nothing different from what is so anyway.
    const said: Said = { kind: 'enablement', id, object: { tenantId, toolId: id, enabled }, deleted: enabled, change };
    await this.announcer.announce(tx, moment, { tenantId, by: makerOf(author), changed: [said], control: [switched(id, enabled)] });
  }

  /** Finds the tool as the caller sees it, then changes it as its owner, under its lock. */
  private async change(
    author: Author,
    tool: string,
    ifMatch: string | undefined,
    work: (tx: Tx, row: ToolRow) => Promise<void>,
    prepare: (seen: ToolRow) => Promise<void> = () => Promise.resolve(),
  ): Promise<ToolRow> {
    const seen = await this.seen(author, tool);
    if (seen.tenantId === null) refuseUnlessGlobal(author, 'tools');
    refuseDeclared(author, seen);
    await prepare(seen);
    return this.write(seen.tenantId, async (tx) => {
      if (!(await this.tools.lock(tx, seen))) throw notFound();
      const row = await this.view(tx, author, seen.id);
      if (!meetsIfMatch(ifMatch, etagOf(row))) throw new ToolplaneError('PRECONDITION_FAILED');
      await work(tx, row);
      return this.view(tx, author, seen.id);
    });
  }

  private async seen(author: Author, tool: string): Promise<ToolRow> {
    const row = await this.door.look(author, (tx) => this.queries.find(tx, author.tenantId, tool));
    if (!row || row.deletedAt) throw notFound();
    return row;
  }

  private async view(tx: Tx, author: Author, id: string): Promise<ToolRow> {
    const row = await this.queries.find(tx, author.tenantId, id);
    if (!row) throw notFound();
    return row;
  }

  /** Global rows belong to no tenant, so no tenant's door leads to them. */
  private async write(tenantId: string | null, work: (tx: Tx) => Promise<ToolRow>): Promise<ToolRow> {
    try {
      return await this.door.open(tenantId, work);
    } catch (error) {
      throw duplicateKey(error) === NAME_INDEX ? nameTaken() : error;
    }
  }

  private async refuseExposed(tx: Tx, before: ToolRow, after: ToolDefinition): Promise<void> {
    const details = await this.uses.exposed(tx, before, before.definition, after);
    if (details.length > 0) throw new ToolplaneError('DEFINITION_INVALID', { details });
  }

  /** What was agreed while the tool was harmless does not hold once it is dangerous. */
  private async restoreApproval(tx: Tx, author: Author, before: ToolRow, after: ToolDefinition): Promise<void> {
    if (before.definition.isDangerous || !after.isDangerous) return;
    const restored = await this.uses.restoreApproval(tx, before);
    for (const { tenantId, moment, changed } of restored) await this.announcer.announce(tx, moment, { tenantId, by: makerOf(author), changed });
  }
}
