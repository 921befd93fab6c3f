import type { RegistryAgent, RegistryAssignment, RegistryTool, RegistryToolVersion } from '@toolplane/contracts/documents';
import type { Definitions } from '../projection/registry-projection.js';

/** What is otherwise than the registry says, of one tool. */
export interface Change {
  readonly tool: RegistryTool;
  /** The current version of that tool, where it is another one. */
  readonly version: RegistryToolVersion | null;
  /** The assignment of an agent, in place of the one there is; undefined: none. */
  readonly assignmentOf: (agent: RegistryAgent, now: RegistryAssignment | undefined) => RegistryAssignment | undefined;
}

/** The registry as it would be after a change, which nobody else sees. */
export class ChangedDefinitions implements Definitions {
  private readonly assignments = new Map<string, RegistryAssignment | undefined>();

  constructor(
    private readonly real: Definitions,
    private readonly change: Change,
  ) {}

  tenant(tenantId: string) {
    return this.real.tenant(tenantId);
  }

  tool(tenantId: string, reference: string): RegistryTool | undefined {
    const found = this.real.tool(tenantId, reference);
    return found?.id === this.change.tool.id ? this.change.tool : found;
  }

  version(tool: RegistryTool, version: string): RegistryToolVersion | undefined {
    const { version: changed } = this.change;
    return changed && tool.id === changed.toolId && version === changed.version ? changed : this.real.version(tool, version);
  }

  isSwitchedOff(tenantId: string, toolId: string): boolean {
    return this.real.isSwitchedOff(tenantId, toolId);
  }

  agent(tenantId: string, name: string): RegistryAgent | undefined {
    return this.real.agent(tenantId, name);
  }

  /** Made once for each agent: what is compiled of it is kept by the object. */
  assignment(agent: RegistryAgent, toolId: string): RegistryAssignment | undefined {
    const now = this.real.assignment(agent, toolId);
    if (toolId !== this.change.tool.id) return now;
    if (!this.assignments.has(agent.id)) this.assignments.set(agent.id, this.change.assignmentOf(agent, now));
    return this.assignments.get(agent.id);
  }
}
