import { Injectable } from '@nestjs/common';
import { checkAgent, completeAgent, OWNED_FIELDS, type AgentBody, type AgentDefinition, type AgentReplacement } from '@toolplane/contracts/documents';
import { ToolplaneError } from '@toolplane/contracts/errors';
import { newId } from '@toolplane/contracts/ids';
import { duplicateKey, storable, type Tx } from '@toolplane/persistence';
import { Announcer, type Said } from '../announce/announcer.js';
import { diffMembers, type MemberDiff } from '../announce/members-diff.js';
import { nextMoment, type Moment } from '../announce/revision.js';
import { assignmentKey, toRegistryAssignment } from '../assignments/assignment-row.js';
import { AssignmentQueries, type AgentKey } from '../assignments/assignment.queries.js';
import { makerOf, originOf, refuseDeclared, refuseUnlessGlobal, type Author } from '../author/author.js';
import { refuseStale } from '../author/if-match.js';
import { OwnerDoor } from '../author/owner-door.js';
import { refuseForged } from '../author/server-fields.js';
import { FIRST_VERSION, nextVersion } from '../versions/next-version.js';
import { agentDefinitionOf, toAgent, toRegistryAgent, type AgentRow } from './agent-row.js';
import { AgentFinder } from './agent-finder.js';
import { AgentQueries } from './agent.queries.js';
import { AgentStore, type Former } from './agent.store.js';

const DEFAULT_INDEX = 'agents_default';

/** Every way in which an agent type changes. Each is one transaction: the rows, and what the other services are told of them. */
@Injectable()
export class AgentChanges {
  constructor(
    private readonly door: OwnerDoor,
    private readonly finder: AgentFinder,
    private readonly queries: AgentQueries,
    private readonly agents: AgentStore,
    private readonly assignments: AssignmentQueries,
    private readonly announcer: Announcer,
  ) {}

  create(author: Author, body: AgentBody): Promise<AgentRow> {
    const tenantId = body.scope === 'global' ? null : author.tenantId;
    if (tenantId === null) refuseUnlessGlobal(author, 'agent types');
    refuseFaulty(body);
    const made = { tenantId, id: newId(), definition: storable(completeAgent(body)), version: body.version ?? FIRST_VERSION, origin: originOf(author), by: makerOf(author) };
    return alone(() => this.door.open(tenantId, async (tx) => {
      await this.door.refuseInactive(tx, tenantId);
      const former = await this.formerDefault(tx, author, made, made.definition);
      const moment = await nextMoment(tx);
      const changed = await this.unsetDefault(tx, made, former, moment);
      if (!(await this.agents.insert(tx, made, moment))) throw new ToolplaneError('NAME_TAKEN');
      await this.announcer.announce(tx, moment, {
        tenantId,
        by: makerOf(author),
        changed: [...changed, said({ ...made, ...made.definition }, made.version, [{ pointer: '', to: { name: body.name } }])],
      });
      return this.view(tx, made);
    }));
  }

  replace(author: Author, agent: string, body: AgentReplacement, ifMatch?: string): Promise<AgentRow> {
    return this.change(author, agent, ifMatch, async (tx, row) => {
      refuseForged(OWNED_FIELDS, body, toAgent(row));
      refuseFaulty(body);
      refuseMoved(body, row);
      const definition: AgentDefinition = storable(completeAgent({ ...body, scope: row.scope }));
      const wanted = body.version === row.version ? undefined : body.version;
      const diff = diffMembers(agentDefinitionOf(row), definition);
      if (diff.length === 0 && wanted === undefined) return;
      const former = await this.formerDefault(tx, author, row, definition);
      const moment = await nextMoment(tx);
      const version = wanted ?? nextVersion([row.version], 'metadata');
      const changed = await this.unsetDefault(tx, row, former, moment);
      await this.agents.update(tx, row, definition, version, moment);
      await this.announcer.announce(tx, moment, { tenantId: row.tenantId, by: makerOf(author), changed: [...changed, said({ ...row, ...definition }, version, diff)] });
    });
  }

  /** What it may do goes with it; what it did names it still. */
  async remove(author: Author, agent: string, ifMatch?: string): Promise<void> {
    await this.change(author, agent, ifMatch, async (tx, row) => {
      const tied = await this.assignments.ofAgent(tx, row);
      const moment = await nextMoment(tx);
      await this.agents.delete(tx, row);
      const released = tied.map((one): Said => ({ kind: 'assignment', id: assignmentKey(one), object: toRegistryAssignment(one), deleted: true }));
      const gone = said(row, row.version, [{ pointer: '', from: { name: row.name } }], true);
      await this.announcer.announce(tx, moment, { tenantId: row.tenantId, by: makerOf(author), changed: [...released, gone] });
    });
  }

  /** Of an owner's agent types one at most is the default: a new one takes the place of the former, which is held from here on. */
  private async formerDefault(tx: Tx, author: Author, key: AgentKey, { isDefault }: AgentDefinition): Promise<Former | undefined> {
    const former = isDefault ? await this.agents.otherDefault(tx, key) : undefined;
    if (former) refuseDeclared(author, former, [{ pointer: '/isDefault', detail: `"${former.name}" is declared as the default` }]);
    return former;
  }

  private async unsetDefault(tx: Tx, { tenantId }: AgentKey, former: Former | undefined, moment: Moment): Promise<Said[]> {
    if (!former) return [];
    const { id } = former;
    await this.agents.unsetDefault(tx, { tenantId, id }, moment);
    const change = { object: 'agent', id, version: null, diff: [{ pointer: '/isDefault', from: true, to: false }] };
    return [{ kind: 'agent', id, object: toRegistryAgent({ tenantId, ...former }), change }];
  }

  private change(author: Author, agent: string, ifMatch: string | undefined, work: (tx: Tx, row: AgentRow) => Promise<void>): Promise<AgentRow> {
    return alone(() =>
      this.finder.change(author, agent, async (tx, row) => {
        refuseStale(ifMatch, row);
        await work(tx, row);
        return (await this.queries.find(tx, row.tenantId, row.id)) ?? row;
      }),
    );
  }

  private async view(tx: Tx, { tenantId, id }: AgentKey): Promise<AgentRow> {
    const row = await this.queries.find(tx, tenantId, id);
    if (!row) throw new Error('an agent type that was made is there');
    return row;
  }
}

/** Two that become the default at the same time meet in the index. */
const alone = async (work: () => Promise<AgentRow>): Promise<AgentRow> => {
  try {
    return await work();
  } catch (error) {
    if (duplicateKey(error) !== DEFAULT_INDEX) throw error;
    throw new ToolplaneError('CONFLICT', { message: 'Another agent type became the default at the same time' });
  }
};

const refuseFaulty = (body: AgentBody): void => {
  const details = checkAgent(body);
  if (details.length > 0) throw new ToolplaneError('DEFINITION_INVALID', { details });
};

/** Requests, keys and events name an agent type: under another name it would be another one. */
const refuseMoved = (body: AgentReplacement, row: AgentRow): void => {
  const details = [
    ...(body.name === row.name ? [] : [{ pointer: '/name', detail: 'of an agent type never changes; make another one' }]),
    ...(body.scope === undefined || body.scope === row.scope ? [] : [{ pointer: '/scope', detail: 'of an agent type that exists cannot change' }]),
  ];
  if (details.length > 0) throw new ToolplaneError('DEFINITION_INVALID', { details });
};

const said = (row: Pick<AgentRow, 'tenantId' | 'id' | 'name' | 'enabled'>, version: string, diff: readonly MemberDiff[], deleted = false): Said => ({
  kind: 'agent',
  id: row.id,
  object: toRegistryAgent(row, deleted),
  deleted,
  change: { object: 'agent', id: row.id, version, diff },
});
