import { Injectable } from '@nestjs/common';
import { ToolplaneError } from '@toolplane/contracts/errors';
import type { Tx } from '@toolplane/persistence';
import { refuseDeclared, refuseUnlessGlobal, type Author } from '../author/author.js';
import { OwnerDoor } from '../author/owner-door.js';
import type { AgentRow } from './agent-row.js';
import { AgentQueries } from './agent.queries.js';
import { AgentStore } from './agent.store.js';

const notFound = (): ToolplaneError => new ToolplaneError('NOT_FOUND');

/** Finds an agent type as the author sees it, and holds it for a change as its owner. */
@Injectable()
export class AgentFinder {
  constructor(
    private readonly door: OwnerDoor,
    private readonly queries: AgentQueries,
    private readonly agents: AgentStore,
  ) {}

  /** @throws ToolplaneError NOT_FOUND, FORBIDDEN for a global one, DECLARED_IN_FILE */
  async change<Result>(author: Author, agent: string, work: (tx: Tx, row: AgentRow) => Promise<Result>): Promise<Result> {
    const seen = await this.door.look(author, (tx) => this.queries.find(tx, author.tenantId, agent));
    if (!seen) throw notFound();
    if (seen.tenantId === null) refuseUnlessGlobal(author, 'agent types');
    refuseDeclared(author, seen);
    return this.door.open(seen.tenantId, async (tx) => {
      if (!(await this.agents.lock(tx, seen))) throw notFound();
      const row = await this.queries.find(tx, seen.tenantId, seen.id);
      if (!row) throw notFound();
      return work(tx, row);
    });
  }
}
