import { Injectable } from '@nestjs/common';
import type { DeclaredSet } from '@toolplane/contracts/documents';
import { ToolChanges } from '../tools/tool-changes.js';
import { ToolChecks } from '../tools/tool-checks.js';
import { DeclaredQueries, takenOverApi, undeclared } from './declared.queries.js';
import { FILES, refusedOf, TAKEN, type Reconciler, type Refusal } from './reconciler.js';

@Injectable()
export class DeclaredTools implements Reconciler {
  constructor(
    private readonly queries: DeclaredQueries,
    private readonly changes: ToolChanges,
    private readonly checks: ToolChecks,
  ) {}

  async refusals({ tools }: DeclaredSet): Promise<readonly Refusal[]> {
    const taken = takenOverApi(await this.queries.tools(), tools);
    return [
      ...taken.map((name): Refusal => ({ kind: 'tools', name, pointer: '/name', message: TAKEN })),
      ...(await refusedOf('tools', tools, (tool) => this.checks.refuseBody(tool, null, FILES))),
    ];
  }

  async removeOthers({ tools }: DeclaredSet): Promise<number> {
    const names = undeclared(await this.queries.tools(), tools);
    for (const name of names) await this.changes.remove(FILES, name);
    return names.length;
  }

  async apply({ tools }: DeclaredSet): Promise<readonly Refusal[]> {
    const known = new Set((await this.queries.tools()).map(({ name }) => name));
    return refusedOf('tools', tools, (tool) => (known.has(tool.name) ? this.changes.replace(FILES, tool.name, tool) : this.changes.create(FILES, tool)));
  }
}
