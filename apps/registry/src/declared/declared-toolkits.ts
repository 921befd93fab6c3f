import { Injectable } from '@nestjs/common';
import type { DeclaredSet } from '@toolplane/contracts/documents';
import { ToolkitChanges } from '../toolkits/toolkit-changes.js';
import { DeclaredQueries, takenOverApi, undeclared } from './declared.queries.js';
import { FILES, refusedOf, TAKEN, type Reconciler, type Refusal } from './reconciler.js';

@Injectable()
export class DeclaredToolkits implements Reconciler {
  constructor(
    private readonly queries: DeclaredQueries,
    private readonly changes: ToolkitChanges,
  ) {}

  async refusals({ toolkits }: DeclaredSet): Promise<readonly Refusal[]> {
    return takenOverApi(await this.queries.toolkits(), toolkits).map((name) => ({ kind: 'toolkits', name, pointer: '/name', message: TAKEN }));
  }

  async removeOthers({ toolkits }: DeclaredSet): Promise<number> {
    const names = undeclared(await this.queries.toolkits(), toolkits);
    for (const name of names) await this.changes.remove(FILES, name);
    return names.length;
  }

  async apply({ toolkits }: DeclaredSet): Promise<readonly Refusal[]> {
    const known = new Set((await this.queries.toolkits()).map(({ name }) => name));
    // Without a list the tools of a toolkit stay as they are; a file that lists none means none.
    const whole = toolkits.map((toolkit) => ({ ...toolkit, tools: toolkit.tools ?? [] }));
    return refusedOf('toolkits', whole, (toolkit) =>
      known.has(toolkit.name) ? this.changes.replace(FILES, toolkit.name, toolkit) : this.changes.create(FILES, toolkit),
    );
  }
}
