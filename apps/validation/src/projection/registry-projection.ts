import {
  isUuid, type RegistryAgent, type RegistryAssignment, type RegistryEnablement, type RegistryTenant, type RegistryTool, type RegistryToolVersion,
} from '@toolplane/contracts/documents';
import type { ToolRegistryChanged } from '@toolplane/contracts/events';
import { GLOBAL } from '@toolplane/contracts/ids';
import { checkObject } from './check-object.js';
import { Owned } from './owned.js';

type Changed = ToolRegistryChanged['data'];

/** What decisions look up. */
export interface Definitions {
  tenant(tenantId: string): RegistryTenant | undefined;
  tool(tenantId: string, reference: string): RegistryTool | undefined;
  version(tool: RegistryTool, version: string): RegistryToolVersion | undefined;
  isSwitchedOff(tenantId: string, toolId: string): boolean;
  agent(tenantId: string, name: string): RegistryAgent | undefined;
  assignment(agent: RegistryAgent, toolId: string): RegistryAssignment | undefined;
}

/**
 * The registry as far as decisions need it, in memory. Built from `registry.changed` from its beginning; every instance has all of it. A
 * revision only grows: what is older than what is known of an object is ignored, so that the log may be read again from any place.
 */
export class RegistryProjection implements Definitions {
  private readonly tenants = new Map<string, RegistryTenant>();
  private readonly owners = new Map<string, Owned>();
  private readonly revisions = new Map<string, number>();

  tenant(tenantId: string): RegistryTenant | undefined {
    return this.tenants.get(tenantId);
  }

  /** By id or name: the tenant's own first, then the global one. Undefined for what is deleted or another tenant's. */
  tool(tenantId: string, reference: string): RegistryTool | undefined {
    const own = this.owners.get(tenantId)?.tools;
    const global = this.owners.get(GLOBAL)?.tools;
    const id = isUuid(reference) ? reference.toLowerCase() : null;
    const found = id !== null ? (own?.withId(id) ?? global?.withId(id)) : (own?.named(reference) ?? global?.named(reference));
    return found?.deleted ? undefined : found;
  }

  /** By id, what is deleted too: undefined only where nobody has told of it. */
  toldOf(tenantId: string, toolId: string): RegistryTool | undefined {
    return this.owners.get(tenantId)?.tools.withId(toolId) ?? this.owners.get(GLOBAL)?.tools.withId(toolId);
  }

  version(tool: RegistryTool, version: string): RegistryToolVersion | undefined {
    return this.owners.get(tool.tenantId ?? GLOBAL)?.versions.get(tool.id)?.get(version);
  }

  /** Whether the tenant has switched this tool off for itself. */
  isSwitchedOff(tenantId: string, toolId: string): boolean {
    return this.owners.get(tenantId)?.enablements.get(toolId) === false;
  }

  /** By name: the tenant's own first, a disabled one too, then the global one. */
  agent(tenantId: string, name: string): RegistryAgent | undefined {
    return this.owners.get(tenantId)?.agents.named(name) ?? this.owners.get(GLOBAL)?.agents.named(name);
  }

  /** What lies with the owner of the agent: a global agent has no tools of a tenant. */
  assignment(agent: RegistryAgent, toolId: string): RegistryAssignment | undefined {
    return this.owners.get(agent.tenantId ?? GLOBAL)?.assignments.get(agent.id)?.get(toolId);
  }

  /** @throws ToolplaneError EVENT_INVALID where the object is not what its kind says; nothing of it was taken. */
  apply(tenantId: string, changed: Changed): void {
    const { kind, id, revision } = changed;
    const key = `${tenantId} ${kind} ${id}`;
    if (revision <= (this.revisions.get(key) ?? 0)) return;
    this.take(tenantId, changed);
    this.revisions.set(key, revision);
  }

  private take(tenantId: string, { kind, id, deleted, object }: Changed): void {
    switch (kind) {
      case 'tenant': {
        const tenant = checkObject<RegistryTenant>(kind, object);
        this.tenants.set(tenant.id, deleted ? { ...tenant, status: 'deleted' } : tenant);
        break;
      }
      case 'tool': {
        const tool = checkObject<RegistryTool>(kind, object);
        this.ownerOf(tenantId).tools.take({ ...tool, deleted: tool.deleted || deleted });
        break;
      }
      case 'tool_version': {
        const version = checkObject<RegistryToolVersion>(kind, object);
        const { versions } = this.ownerOf(tenantId);
        const known = versions.get(version.toolId) ?? new Map<string, RegistryToolVersion>();
        versions.set(version.toolId, known.set(version.version, version));
        break;
      }
      case 'enablement': {
        const { toolId, enabled } = checkObject<RegistryEnablement>(kind, object);
        this.ownerOf(tenantId).enablements.set(toolId, deleted || enabled);
        break;
      }
      case 'agent': {
        const agent = checkObject<RegistryAgent>(kind, object);
        this.ownerOf(tenantId).agents.take({ ...agent, deleted: agent.deleted || deleted });
        break;
      }
      case 'assignment': {
        const { assignments } = this.ownerOf(tenantId);
        const [agentId = '', toolId = ''] = id.split(':');
        const ofAgent = assignments.get(agentId) ?? new Map<string, RegistryAssignment>();
        if (deleted) ofAgent.delete(toolId);
        else ofAgent.set(toolId, checkObject<RegistryAssignment>(kind, object));
        assignments.set(agentId, ofAgent);
        break;
      }
      default: // Toolkits have no rule that looks at them: what an agent may use is said by its assignments.
    }
  }

  private ownerOf(tenantId: string): Owned {
    let owner = this.owners.get(tenantId);
    if (!owner) this.owners.set(tenantId, (owner = new Owned()));
    return owner;
  }
}
