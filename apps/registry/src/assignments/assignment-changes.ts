import { Injectable } from '@nestjs/common';
import { completeAssignment, type Assignment, type AssignmentBody, type AssignmentReplacement } from '@toolplane/contracts/documents';
import { ToolplaneError } from '@toolplane/contracts/errors';
import { GLOBAL } from '@toolplane/contracts/ids';
import { storable, type Tx } from '@toolplane/persistence';
import { assignmentFaults } from '@toolplane/security/schemas';
import { mayDo } from '@toolplane/service-kit';
import type { AgentRow } from '../agents/agent-row.js';
import { AgentFinder } from '../agents/agent-finder.js';
import { Announcer, type Said } from '../announce/announcer.js';
import { diffMembers, type MemberDiff } from '../announce/members-diff.js';
import { nextMoment } from '../announce/revision.js';
import { makerOf, originOf, type Author } from '../author/author.js';
import { refuseStale } from '../author/if-match.js';
import { refuseForged } from '../author/server-fields.js';
import type { ToolRow } from '../tools/tool-row.js';
import { ToolQueries } from '../tools/tool.queries.js';
import { ASSIGNMENT_SERVED, assignmentKey, assignmentOf, toAssignment, toRegistryAssignment, type AssignmentRow } from './assignment-row.js';
import { AssignmentQueries } from './assignment.queries.js';
import { AssignmentStore } from './assignment.store.js';

/** What a change of an assignment came to. */
export interface Assigned {
  readonly row: AssignmentRow;
  readonly created: boolean;
}
interface Pair {
  readonly agent: AgentRow;
  readonly tool: ToolRow;
  /** As it stood before. */
  readonly row: AssignmentRow | undefined;
}
type Names = readonly [agent: string, tool: string];

/** Every way in which an agent type's hold on a tool changes. It belongs to the owner of the agent type, under whose lock it changes. */
@Injectable()
export class AssignmentChanges {
  constructor(
    private readonly agents: AgentFinder,
    private readonly tools: ToolQueries,
    private readonly assignments: AssignmentStore,
    private readonly queries: AssignmentQueries,
    private readonly announcer: Announcer,
  ) {}

  /** @throws ToolplaneError CONFLICT where the tool is assigned already */
  create(author: Author, names: Names, body: AssignmentBody): Promise<Assigned> {
    return this.change(author, names, undefined, async (tx, pair) => {
      if (pair.row) throw new ToolplaneError('CONFLICT', { message: 'The tool is assigned to this agent type; PUT replaces the assignment' });
      return this.put(tx, author, pair, body);
    });
  }

  /** Replaces the assignment whole, or makes it. */
  replace(author: Author, names: Names, body: AssignmentReplacement, ifMatch?: string): Promise<Assigned> {
    return this.change(author, names, ifMatch, async (tx, pair) => {
      if (pair.row) refuseForged(ASSIGNMENT_SERVED, body, toAssignment(pair.row));
      else if (ASSIGNMENT_SERVED.some((field) => body[field] !== undefined)) throw new ToolplaneError('NOT_FOUND');
      return this.put(tx, author, pair, body);
    });
  }

  async remove(author: Author, names: Names, ifMatch?: string): Promise<void> {
    await this.change(author, names, ifMatch, async (tx, { agent, tool, row }) => {
      if (!row) throw new ToolplaneError('NOT_FOUND');
      const moment = await nextMoment(tx);
      await this.assignments.delete(tx, { agent, tool });
      const gone = said(row, [{ pointer: '', from: { agent: row.agentName, tool: row.toolName } }], true);
      await this.announcer.announce(tx, moment, { tenantId: agent.tenantId, by: makerOf(author), changed: [gone] });
      return { row, created: false };
    });
  }

  private async put(tx: Tx, author: Author, { agent, tool, row }: Pair, body: AssignmentBody): Promise<Assigned> {
    const given = storable(completeAssignment(body));
    await this.refuseFaulty(tx, given, tool);
    refuseLifting(author, given, tool.definition.isDangerous, row);
    const made = { pointer: '', to: { agent: agent.name, tool: tool.definition.name } };
    const diff = row ? diffMembers(assignmentOf(row), given) : [made, ...diffMembers(completeAssignment({}), given)];
    if (row && diff.length === 0) return { row, created: false };
    const moment = await nextMoment(tx);
    await this.assignments.put(tx, { agent, tool }, given, { maker: makerOf(author), origin: originOf(author) }, moment);
    const after = await this.queries.find(tx, agent, tool.id);
    // The row refers to the tool, so that whoever was changing that one has ended by now: it is looked at again.
    if (!after) throw new ToolplaneError('TOOL_NOT_FOUND');
    refuseLifting(author, given, after.toolIsDangerous, row);
    await this.announcer.announce(tx, moment, { tenantId: agent.tenantId, by: makerOf(author), changed: [said(after, diff)] });
    return { row: after, created: row === undefined };
  }

  /** The pinned version's own schema counts: it is the one that the agent's calls will meet. */
  private async refuseFaulty(tx: Tx, given: Assignment, tool: ToolRow): Promise<void> {
    const pinned = given.version === null ? tool : await this.tools.version(tx, tool.tenantId ?? GLOBAL, tool.id, given.version);
    const details = pinned
      ? assignmentFaults(given, { ...pinned.definition, name: tool.definition.name })
      : [{ pointer: '/version', detail: 'is not a version of the tool' }];
    if (details.length > 0) throw new ToolplaneError('DEFINITION_INVALID', { details });
  }

  /** A global agent type is given global tools alone: a tenant's own would not exist for the others. */
  private change(author: Author, [agentName, toolName]: Names, ifMatch: string | undefined, work: (tx: Tx, pair: Pair) => Promise<Assigned>): Promise<Assigned> {
    return this.agents.change(author, agentName, async (tx, agent) => {
      const tool = await this.tools.find(tx, agent.tenantId ?? GLOBAL, toolName);
      if (!tool || tool.deletedAt) throw new ToolplaneError('TOOL_NOT_FOUND');
      const row = await this.queries.find(tx, agent, tool.id);
      refuseStale(ifMatch, row);
      return work(tx, { agent, tool, row });
    });
  }
}

/** Who may use a dangerous tool without being asked is not for those who build to say. */
const refuseLifting = ({ roles }: Author, given: Assignment, isDangerous: boolean, before: AssignmentRow | undefined): void => {
  const lifts = isDangerous && given.requiresApproval === false && before?.requiresApproval !== false;
  if (!lifts || mayDo(roles, 'approvals:lift')) return;
  throw new ToolplaneError('FORBIDDEN', {
    message: 'Only a tenant administrator lifts the approval of a dangerous tool',
    details: [{ pointer: '/requiresApproval', detail: 'false lifts the approval of a dangerous tool' }],
  });
};

const said = (row: AssignmentRow, diff: readonly MemberDiff[], deleted = false): Said => {
  const id = assignmentKey(row);
  return { kind: 'assignment', id, object: toRegistryAssignment(row), deleted, change: { object: 'assignment', id, version: row.version, diff } };
};
