import { Injectable } from '@nestjs/common';
import type { ToolDefinition } from '@toolplane/contracts/documents';
import type { FieldError } from '@toolplane/contracts/errors';
import type { Tx } from '@toolplane/persistence';
import { sensitiveParameters } from '@toolplane/security/schemas';
import type { Said } from '../announce/announcer.js';
import { nextMoment, type Moment } from '../announce/revision.js';
import { ToolkitStore } from '../toolkits/toolkit.store.js';
import { toRegistryToolkit } from '../toolkits/toolkit-row.js';
import { assignmentKey, toRegistryAssignment, type AssignmentRow } from './assignment-row.js';
import { AssignmentQueries, type AgentKey } from './assignment.queries.js';
import { AssignmentStore } from './assignment.store.js';

/** What is to be said of the things of one owner; null is the global scope. */
export interface SaidOf {
  readonly tenantId: string | null;
  readonly moment: Moment;
  readonly changed: readonly Said[];
}

/** What hangs on a tool: assignments and toolkits, of other tenants too where the tool is everybody's. */
@Injectable()
export class ToolUses {
  constructor(
    private readonly assignments: AssignmentStore,
    private readonly queries: AssignmentQueries,
    private readonly toolkits: ToolkitStore,
  ) {}

  /** A tool that goes is nobody's any more. */
  async release(tx: Tx, tool: AgentKey): Promise<SaidOf[]> {
    const assigned = await this.queries.lockOfTool(tx, tool);
    await this.assignments.deleteOfTool(tx, tool);
    const kits = await this.toolkits.removeFromAll(tx, tool);
    return byOwner(await nextMoment(tx), [
      ...assigned.map((row) => ({ tenantId: row.tenantId, said: released(row) })),
      ...kits.map((row) => ({ tenantId: row.tenantId, said: { kind: 'toolkit', id: row.id, object: toRegistryToolkit(row) } satisfies Said })),
    ]);
  }

  /**
   * What lies in the clear with an agent type cannot become a secret of the tool: a default, or a value that is denied. Pinned
   * assignments keep to their version.
   */
  async exposed(tx: Tx, tool: AgentKey, before: ToolDefinition, after: ToolDefinition): Promise<FieldError[]> {
    const known = sensitiveParameters(before.inputSchema);
    const added = [...sensitiveParameters(after.inputSchema)].filter((name) => !known.has(name));
    if (added.length === 0) return [];
    const open = (await this.queries.lockOfTool(tx, tool)).filter(({ version }) => version === null);
    const named = new Set(open.flatMap(({ parameterDefaults, deniedParameters }) => [...Object.keys(parameterDefaults), ...Object.keys(deniedParameters)]));
    return [...named]
      .filter((name) => added.includes(name) || added.includes('*'))
      .map((name) => ({ pointer: '/inputSchema', detail: `makes "${name}" sensitive, for which an assignment has a default or denied values: take these away first` }));
  }

  /** A tool that becomes dangerous needs approval from now on, whatever was agreed while it was harmless. */
  async restoreApproval(tx: Tx, tool: AgentKey): Promise<SaidOf[]> {
    const lifted = (await this.queries.lockOfTool(tx, tool)).filter(({ requiresApproval }) => requiresApproval === false);
    if (lifted.length === 0) return [];
    const moment = await nextMoment(tx);
    await this.assignments.restoreApproval(tx, tool, moment);
    return byOwner(moment, lifted.map((row) => ({ tenantId: row.tenantId, said: restored(row) })));
  }
}

const released = (row: AssignmentRow): Said => ({ kind: 'assignment', id: assignmentKey(row), object: toRegistryAssignment(row), deleted: true });

const restored = (row: AssignmentRow): Said => {
  const id = assignmentKey(row);
  const diff = [{ pointer: '/requiresApproval', from: false, to: null }];
  return { kind: 'assignment', id, object: toRegistryAssignment({ ...row, requiresApproval: null }), change: { object: 'assignment', id, version: row.version, diff } };
};

const byOwner = (moment: Moment, all: readonly { readonly tenantId: string | null; readonly said: Said }[]): SaidOf[] => {
  const groups = new Map<string | null, Said[]>();
  for (const { tenantId, said } of all) groups.set(tenantId, [...(groups.get(tenantId) ?? []), said]);
  return [...groups].map(([tenantId, changed]) => ({ tenantId, moment, changed }));
};
