import { Injectable } from '@nestjs/common';
import { foldName } from '@toolplane/contracts/documents';
import { GLOBAL } from '@toolplane/contracts/ids';
import { Database } from '@toolplane/persistence';
import type { Origin } from '../author/author.js';

/** A global row, as far as it matters to whoever declares. */
export interface GlobalRow {
  readonly name: string;
  readonly origin: Origin;
}
export type Pair = readonly [agent: string, tool: string];

const TOOLS = `select name, origin from registry.tools where owner = $1 and deleted_at is null order by name`;
const TOOLKITS = `select name, origin from registry.toolkits where owner = $1 order by name`;
const AGENTS = `select name, origin from registry.agents where owner = $1 order by name`;
const ASSIGNMENTS = `
  select g.name as agent, t.name as tool
    from registry.assignments a
    join registry.agents g on (g.owner, g.id) = (a.owner, a.agent_id)
    join registry.tools t on (t.owner, t.id) = (a.tool_owner, a.tool_id)
   where a.owner = $1 and a.origin = 'config' order by g.name, t.name`;

/** What is global now. */
@Injectable()
export class DeclaredQueries {
  constructor(private readonly database: Database) {}

  tools = (): Promise<GlobalRow[]> => this.all(TOOLS);
  toolkits = (): Promise<GlobalRow[]> => this.all(TOOLKITS);
  agents = (): Promise<GlobalRow[]> => this.all(AGENTS);

  /** Assignments that came from files. */
  async assignments(): Promise<Pair[]> {
    const rows = await this.all<{ agent: string; tool: string }>(ASSIGNMENTS);
    return rows.map(({ agent, tool }) => [agent, tool]);
  }

  private all<Row extends object>(statement: string): Promise<Row[]> {
    return this.database.asWorker((tx) => tx.query<Row>(statement, [GLOBAL]));
  }
}

/** Names that came from files and are in none any more. */
export const undeclared = (rows: readonly GlobalRow[], declared: readonly { readonly name: string }[]): string[] => {
  const kept = new Set(declared.map(({ name }) => name));
  return rows.filter(({ name, origin }) => origin === 'config' && !kept.has(name)).map(({ name }) => name);
};

/** Declared names that something global has which was made over the API. */
export const takenOverApi = (rows: readonly GlobalRow[], declared: readonly { readonly name: string }[]): string[] => {
  const taken = new Set(rows.filter(({ origin }) => origin === 'api').map(({ name }) => foldName(name)));
  return declared.map(({ name }) => name).filter((name) => taken.has(foldName(name)));
};
