import type { RegistryTool, RegistryToolVersion } from '@toolplane/contracts/documents';
import { CompiledVersions, type CompiledVersion } from '../projection/compiled-versions.js';
import type { ControlProjection } from '../projection/control-projection.js';
import type { RegistryProjection } from '../projection/registry-projection.js';
import { measure } from './payload.js';
import type { Case } from './rule.js';

/** What a request asks for, from wherever it came. */
export interface Asked {
  readonly tenantId: string;
  /** Name or id. */
  readonly tool: string;
  readonly version: string | undefined;
  readonly agent: string | null;
  readonly payload: Record<string, unknown>;
}

export interface Prepared {
  readonly given: Case;
  /** Undefined where there is no such tool or version. */
  readonly compiled: CompiledVersion | undefined;
}

/** Gathers what a decision is made of: the only place where rules meet the projections. */
export class Cases {
  private readonly compiled = new CompiledVersions();

  constructor(
    private readonly registry: RegistryProjection,
    private readonly control: ControlProjection,
  ) {}

  of({ tenantId, tool: reference, version: wantedVersion, agent, payload }: Asked): Prepared {
    const { registry } = this;
    const tool = registry.tool(tenantId, reference);
    const version = tool && registry.version(tool, wantedVersion ?? tool.currentVersion);
    const compiled = tool && version && this.compiled.of(tool, version);
    return {
      compiled,
      given: {
        tenantId,
        tenant: registry.tenant(tenantId),
        wantedVersion,
        agent,
        payload: measure(payload),
        tool,
        version,
        schema: compiled?.input,
        switchedOff: tool !== undefined && registry.isSwitchedOff(tenantId, tool.id),
        killed: this.killed(tenantId, tool, agent),
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
