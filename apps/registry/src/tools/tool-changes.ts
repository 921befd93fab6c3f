import { Injectable } from '@nestjs/common';
import { completeTool, TOOL_SERVER_FIELDS, type DiffEntry, type ToolBody, type ToolDefinition, type ToolReplacement } from '@toolplane/contracts/documents';
import { ToolplaneError } from '@toolplane/contracts/errors';
import { newId } from '@toolplane/contracts/ids';
import { Database, duplicateKey, storable, type Tx } from '@toolplane/persistence';
import { mayDo, type Caller } from '@toolplane/service-kit';
import { Announcer, type Said, type Stopped } from '../announce/announcer.js';
import { nextMoment } from '../announce/revision.js';
import { same } from '../versions/compare-schemas.js';
import { diffTools } from '../versions/diff.js';
import { FIRST_VERSION, nextVersion } from '../versions/next-version.js';
import { ToolChecks } from './tool-checks.js';
import { definitionOf, etagOf, isEnabled, makerOf, meetsIfMatch, toRegistryTool, toRegistryVersion, toTool, type ToolRow } from './tool-row.js';
import { ToolQueries } from './tool.queries.js';
import { ToolStore, type ToolKey } from './tool.store.js';

interface Stored extends ToolKey {
  readonly version: string;
  readonly definition: ToolDefinition;
}

const NAME_INDEX = 'tools_name';
const notFound = (): ToolplaneError => new ToolplaneError('TOOL_NOT_FOUND');
const nameTaken = (): ToolplaneError => new ToolplaneError('NAME_TAKEN');

/** Every way in which a tool changes. Each is one transaction: the rows, and what the other services are told of them. */
@Injectable()
export class ToolChanges {
  constructor(
    private readonly database: Database,
    private readonly queries: ToolQueries,
    private readonly tools: ToolStore,
    private readonly announcer: Announcer,
    private readonly checks: ToolChecks,
  ) {}

  create(caller: Caller, body: ToolBody): Promise<ToolRow> {
    const tenantId = body.scope === 'global' ? null : caller.tenantId;
    if (tenantId === null) refuseUnlessGlobal(caller);
    this.checks.refuseBody(body, tenantId);
    const stored: Stored = { tenantId, id: newId(), version: body.version ?? FIRST_VERSION, definition: storable(completeTool(body)) };
    return this.write(tenantId, async (tx) => {
      if (tenantId !== null) await this.refuseInactive(tx, tenantId);
      const moment = await nextMoment(tx);
      const first = { ...stored, change: null, diff: [], by: makerOf(caller) };
      if (!(await this.tools.insert(tx, stored, first, moment))) throw nameTaken();
      await this.tools.insertVersion(tx, stored, first, moment);
      const made: DiffEntry = { pointer: '', change: 'compatible', to: { name: body.name, version: stored.version } };
      await this.announcer.announce(tx, moment, {
        tenantId,
        by: makerOf(caller),
        changed: [saidVersion(stored), saidTool(stored, [made])],
        control: stored.definition.enabled ? [] : [switched(stored.id, false)],
      });
      return this.view(tx, caller, stored.id);
    });
  }

  replace(caller: Caller, tool: string, body: ToolReplacement, ifMatch: string | undefined): Promise<ToolRow> {
    return this.change(caller, tool, ifMatch, async (tx, row) => {
      refuseForeignFields(body, row);
      this.checks.refuseBody(body, row.tenantId);
      const desired = body.enabled ?? true;
      if (desired && row.tenantEnabled === false) await this.say(tx, caller, row.id, true);
      // What a GET showed and a PUT sends back is no change: what a tenant has switched off is not thereby off for all.
      const enabled = desired === isEnabled(row) ? row.enabled : desired;
      const definition: ToolDefinition = { ...storable(completeTool({ ...body, scope: row.definition.scope })), enabled };
      const wanted = body.version === row.version ? undefined : body.version;
      const { change, entries } = diffTools(definitionOf(row), definition);
      if (change === null && wanted === undefined) return;

      const numbers = await this.tools.versionNumbers(tx, row);
      const stored = { tenantId: row.tenantId, id: row.id, version: wanted ?? nextVersion(numbers, change ?? 'metadata'), definition };
      const moment = await nextMoment(tx);
      const added = { ...stored, change: change ?? 'metadata', diff: entries, by: makerOf(caller) };
      if (!(await this.tools.insertVersion(tx, row, added, moment))) {
        throw new ToolplaneError('CONFLICT', { message: `Version ${stored.version} exists, and a version that exists is never changed` });
      }
      await this.tools.setCurrent(tx, row, stored.version, definition, moment);
      await this.announcer.announce(tx, moment, {
        tenantId: row.tenantId,
        by: makerOf(caller),
        changed: [saidVersion(stored), saidTool(stored, entries)],
        control: enabled === row.enabled ? [] : [switched(row.id, enabled)],
      });
    });
  }

  /** Makes an earlier version current. Whether the tool is switched on is not the version's to say. */
  rollback(caller: Caller, tool: string, version: string, ifMatch: string | undefined): Promise<ToolRow> {
    return this.change(caller, tool, ifMatch, async (tx, row) => {
      const target = await this.queries.version(tx, caller.tenantId, row.id, version);
      if (!target) throw new ToolplaneError('TOOL_VERSION_NOT_FOUND');
      if (target.current) return;
      this.checks.refuseHere(target.definition, row.tenantId);
      const stored = { tenantId: row.tenantId, id: row.id, version, definition: definitionOf({ ...row, definition: target.definition }) };
      const { change, entries } = diffTools(definitionOf(row), stored.definition);
      const moment = await nextMoment(tx);
      await this.tools.setCurrent(tx, row, version, stored.definition, moment);
      const moved: DiffEntry = { pointer: '/version', change: change ?? 'metadata', from: row.version, to: version };
      await this.announcer.announce(tx, moment, { tenantId: row.tenantId, by: makerOf(caller), changed: [saidTool(stored, [moved, ...entries])] });
    });
  }

  /** Soft: versions and past executions stay readable, the name is free again. */
  async remove(caller: Caller, tool: string, ifMatch: string | undefined): Promise<void> {
    await this.change(caller, tool, ifMatch, async (tx, row) => {
      const moment = await nextMoment(tx);
      await this.tools.delete(tx, row, moment);
      const gone: DiffEntry = { pointer: '', change: 'breaking', from: { name: row.definition.name, version: row.version } };
      await this.announcer.announce(tx, moment, {
        tenantId: row.tenantId,
        by: makerOf(caller),
        changed: [saidTool({ ...row, definition: definitionOf(row) }, [gone], true)],
        control: [switched(row.id, false)],
      });
    });
  }

  /** Switches a tool for the caller's tenant: its own by the tool's flag, a global one by the tenant's word on it. */
  async enable(caller: Caller, tool: string, enabled: boolean, ifMatch: string | undefined): Promise<ToolRow> {
    const seen = await this.seen(caller, tool);
    if (enabled) this.checks.refuseProvider(seen.definition);
    if (seen.tenantId === null) return this.enableGlobal(caller, seen, enabled, ifMatch);
    return this.change(caller, tool, ifMatch, async (tx, row) => {
      if (row.enabled === enabled) return;
      const moment = await nextMoment(tx);
      await this.tools.setEnabled(tx, row, enabled, moment);
      const flag: DiffEntry = { pointer: '/enabled', change: 'metadata', from: row.enabled, to: enabled };
      await this.announcer.announce(tx, moment, {
        tenantId: row.tenantId,
        by: makerOf(caller),
        changed: [saidTool({ ...row, definition: { ...row.definition, enabled } }, [flag])],
        control: [switched(row.id, enabled)],
      });
    });
  }

  private enableGlobal(caller: Caller, { id }: ToolRow, enabled: boolean, ifMatch: string | undefined): Promise<ToolRow> {
    return this.database.asTenant(caller.tenantId, async (tx) => {
      await this.refuseInactive(tx, caller.tenantId);
      const row = await this.view(tx, caller, id);
      if (!meetsIfMatch(ifMatch, etagOf(row))) throw new ToolplaneError('PRECONDITION_FAILED');
      if (enabled && !row.enabled) throw new ToolplaneError('CONFLICT', { message: 'The tool is switched off for every tenant; only a platform administrator can enable it' });
      if (isEnabled(row) === enabled) return row;
      await this.say(tx, caller, id, enabled);
      return this.view(tx, caller, id);
    });
  }

  private async say(tx: Tx, caller: Caller, id: string, enabled: boolean): Promise<void> {
    const { tenantId } = caller;
    const moment = await this.tools.say(tx, tenantId, id, enabled);
    const flag: DiffEntry = { pointer: '/enabled', change: 'metadata', from: !enabled, to: enabled };
    const change = { object: 'enablement', id, version: null, diff: [flag] };
    // Switched on again, the tenant says nothing different from what is so anyway.
    const said: Said = { kind: 'enablement', id, object: { tenantId, toolId: id, enabled }, deleted: enabled, change };
    await this.announcer.announce(tx, moment, { tenantId, by: makerOf(caller), changed: [said], control: [switched(id, enabled)] });
  }

  /** Finds the tool as the caller sees it, then changes it as its owner, under its lock. */
  private async change(caller: Caller, tool: string, ifMatch: string | undefined, work: (tx: Tx, row: ToolRow) => Promise<void>): Promise<ToolRow> {
    const seen = await this.seen(caller, tool);
    if (seen.tenantId === null) refuseUnlessGlobal(caller);
    return this.write(seen.tenantId, async (tx) => {
      if (!(await this.tools.lock(tx, seen))) throw notFound();
      const row = await this.view(tx, caller, seen.id);
      if (!meetsIfMatch(ifMatch, etagOf(row))) throw new ToolplaneError('PRECONDITION_FAILED');
      await work(tx, row);
      return this.view(tx, caller, seen.id);
    });
  }

  private async seen(caller: Caller, tool: string): Promise<ToolRow> {
    const row = await this.database.asTenant(caller.tenantId, (tx) => this.queries.find(tx, caller.tenantId, tool));
    if (!row || row.deletedAt) throw notFound();
    return row;
  }

  private async view(tx: Tx, caller: Caller, id: string): Promise<ToolRow> {
    const row = await this.queries.find(tx, caller.tenantId, id);
    if (!row) throw notFound();
    return row;
  }

  /** Global rows belong to no tenant, so no tenant's door leads to them. */
  private async write(tenantId: string | null, work: (tx: Tx) => Promise<ToolRow>): Promise<ToolRow> {
    try {
      return await (tenantId === null ? this.database.asWorker(work) : this.database.asTenant(tenantId, work));
    } catch (error) {
      throw duplicateKey(error) === NAME_INDEX ? nameTaken() : error;
    }
  }

  private async refuseInactive(tx: Tx, tenantId: string): Promise<void> {
    if ((await this.tools.tenantStatus(tx, tenantId)) !== 'active') throw new ToolplaneError('TENANT_INACTIVE', { message: 'The tenant is not active' });
  }
}

const refuseUnlessGlobal = ({ roles }: Caller): void => {
  if (!mayDo(roles, 'global:write')) throw new ToolplaneError('FORBIDDEN', { message: 'global tools are read-only for tenants' });
};

/** A definition that was read, edited and sent back carries what the server wrote; anything else in its place is a mistake. */
const refuseForeignFields = (body: ToolReplacement, row: ToolRow): void => {
  const shown = toTool(row);
  const details = TOOL_SERVER_FIELDS.filter((field) => body[field] !== undefined && !same(body[field], shown[field])).map((field) => ({
    pointer: `/${field}`,
    detail: 'is written by the server alone; leave it out or send it back as it was',
  }));
  if (details.length > 0) throw new ToolplaneError('REQUEST_MALFORMED', { details });
  if (body.scope !== undefined && body.scope !== shown.scope) {
    throw new ToolplaneError('DEFINITION_INVALID', { details: [{ pointer: '/scope', detail: 'of a tool that exists cannot change' }] });
  }
};

const saidVersion = (stored: Stored): Said => ({ kind: 'tool_version', id: `${stored.id}@${stored.version}`, object: toRegistryVersion(stored) });
const saidTool = (stored: Stored, diff: readonly DiffEntry[], deleted = false): Said => ({
  kind: 'tool',
  id: stored.id,
  object: toRegistryTool(stored, deleted),
  deleted,
  change: { object: 'tool', id: stored.id, version: stored.version, diff },
});
const switched = (toolId: string, enabled: boolean): Stopped => ({ kind: 'tool_disabled', target: { type: 'tool', id: toolId }, on: !enabled, reason: null });
