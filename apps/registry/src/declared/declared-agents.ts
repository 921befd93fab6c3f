import { Injectable } from '@nestjs/common';
import type { DeclaredSet } from '@toolplane/contracts/documents';
import { AgentChanges } from '../agents/agent-changes.js';
import { AssignmentChanges } from '../assignments/assignment-changes.js';
import { DeclaredQueries, takenOverApi, undeclared } from './declared.queries.js';
import { FILES, refusedOf, TAKEN, type Reconciler, type Refusal } from './reconciler.js';

/** Agent types with what each may do. */
@Injectable()
export class DeclaredAgents implements Reconciler {
  constructor(
    private readonly queries: DeclaredQueries,
    private readonly agents: AgentChanges,
    private readonly assignments: AssignmentChanges,
  ) {}

  async refusals({ agents }: DeclaredSet): Promise<readonly Refusal[]> {
    return takenOverApi(await this.queries.agents(), bodiesOf(agents)).map((name) => ({ kind: 'agents', name, pointer: '/name', message: TAKEN }));
  }

  async removeOthers({ agents }: DeclaredSet): Promise<number> {
    const names = undeclared(await this.queries.agents(), bodiesOf(agents));
    for (const name of names) await this.agents.remove(FILES, name);
    const kept = new Set(agents.flatMap(({ agent, assignments }) => assignments.map(({ tool }) => `${agent.name} ${tool}`)));
    const released = (await this.queries.assignments()).filter(([agent, tool]) => !kept.has(`${agent} ${tool}`));
    for (const pair of released) await this.assignments.remove(FILES, pair);
    return names.length + released.length;
  }

  async apply({ agents }: DeclaredSet): Promise<readonly Refusal[]> {
    const known = new Set((await this.queries.agents()).map(({ name }) => name));
    // Whoever gives the default up goes before whoever takes it.
    const inOrder = [...agents].sort((a, b) => Number(a.agent.isDefault ?? false) - Number(b.agent.isDefault ?? false));
    return [
      ...(await refusedOf('agents', bodiesOf(inOrder), (agent) => (known.has(agent.name) ? this.agents.replace(FILES, agent.name, agent) : this.agents.create(FILES, agent)))),
      ...(await refusedOf('agents', inOrder.map(({ agent: { name }, assignments }) => ({ name, assignments })), async ({ name, assignments }) => {
        for (const { tool, terms } of assignments) await this.assignments.replace(FILES, [name, tool], terms);
      })),
    ];
  }
}

const bodiesOf = (agents: DeclaredSet['agents']) => agents.map(({ agent }) => agent);
