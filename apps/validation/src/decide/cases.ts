import type { RegistryTool, RegistryToolVersion } from '@toolplane/contracts/documents';
import { CompiledAssignments } from '../projection/compiled-assignments.js';
import { CompiledVersions, type CompiledVersion } from '../projection/compiled-versions.js';
import type { ControlProjection } from '../projection/control-projection.js';
import type { Definitions } from '../projection/registry-projection.js';
import { measure, withDefaults } from './payload.js';
import type { Case } from './rule.js';

/** What a request asks for, from wherever it came. */
export interface Asked {
  readonly tenantId: string;
  /** Name or id. */
  readonly tool: string;
  readonly version: string | undefined;
  readonly agent: string | null;
  readonly sessionId: string | null;
  readonly payload: Record<string, unknown>;
}

export interface Prepared {
  readonly given: Case;
  /** Undefined where there is no such tool or version. */
  readonly compiled: CompiledVersion | undefined;
}

const NOTHING: readonly string[] = Object.freeze([]);
/** Of a tool whose versions nobody has told of, nobody knows what is secret. */
const ALL: readonly string[] = Object.freeze(['/*']);

/** Gathers what a decision is made of: the only place where rules meet the projections. */
export class Cases {
  private readonly compiled = new CompiledVersions();
  private readonly assignments = new CompiledAssignments();

  constructor(
    private readonly registry: Definitions,
    private readonly control: ControlProjection,
  ) {}

  /** Uses and a given approval are not looked up here: whoever has counted or stored them adds them to the case. */
  of({ tenantId, tool: reference, version: wantedVersion, agent: agentName, sessionId, payload }: Asked): Prepared {
    const { registry } = this;
    const tool = registry.tool(tenantId, reference);
    const agent = agentName === null ? undefined : registry.agent(tenantId, agentName);
    const assignment = agent && tool && registry.assignment(agent, tool.id);
    const version = tool && registry.version(tool, wantedVersion ?? assignment?.version ?? tool.currentVersion);
    const compiled = tool && version && this.compiled.of(tool, version);
    const restrictions = assignment && this.assignments.of(assignment);
    const sent = measure(payload);
    return {
      compiled,
      given: {
        tenantId,
        tenant: registry.tenant(tenantId),
        wantedVersion,
        agent: agentName,
        agentKnown: agent !== undefined,
        agentEnabled: agent?.enabled ?? false,
        assignment,
        denials: restrictions?.denials,
        sessionId,
        usage: null,
        granted: false,
        sent,
        payload: restrictions ? withDefaults(sent, restrictions.defaults) : sent,
        tool,
        version,
        schema: compiled?.input,
        sensitive: tool ? ((compiled ?? this.current(tool))?.terms.sensitive.input ?? ALL) : NOTHING,
        switchedOff: tool !== undefined && registry.isSwitchedOff(tenantId, tool.id),
        killed: this.killed(tenantId, tool, agentName),
      },
    };
  }

  /** The terms of the current version, for what is to be sealed or redacted where the version asked for does not exist. */
  current(tool: RegistryTool): CompiledVersion | undefined {
    const version: RegistryToolVersion | undefined = this.registry.version(tool, tool.currentVersion);
    return version && this.compiled.of(tool, version);
  }

  private killed(tenantId: string, tool: RegistryTool | undefined, agent: string | null): Case['killed'] {
    const { control } = this;
    if (!control.anyOn) return null;
    if (control.isKilled(tenantId, 'tenant', tenantId)) return 'tenant';
    if (tool && control.isKilled(tenantId, 'tool', tool.id)) return 'tool';
    return agent !== null && control.isKilled(tenantId, 'agent', agent) ? 'agent' : null;
  }
}
