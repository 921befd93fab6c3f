import { isUuid, type RegistryEnablement, type RegistryTenant, type RegistryTool, type RegistryToolVersion } from '@toolplane/contracts/documents';
import type { ToolRegistryChanged } from '@toolplane/contracts/events';
import { GLOBAL } from '@toolplane/contracts/ids';
import { checkObject } from './check-object.js';

/** What belongs to one tenant, or to none. */
class Owned {
  readonly tools = new Map<string, RegistryTool>();
  readonly idsByName = new Map<string, string>();
  readonly versions = new Map<string, Map<string, RegistryToolVersion>>();
  /** A tenant's own word on a tool, global ones too. */
  readonly enablements = new Map<string, boolean>();
}

type Changed = ToolRegistryChanged['data'];

/**
 * The registry as far as decisions need it, in memory. Built from `registry.changed` from its beginning; every instance has all of it. A
 * revision only grows: what is older than what is known of an object is ignored, so that the log may be read again from any place.
 */
export class RegistryProjection {
  private readonly tenants = new Map<string, RegistryTenant>();
  private readonly owners = new Map<string, Owned>();
  private readonly revisions = new Map<string, number>();

  tenant(tenantId: string): RegistryTenant | undefined {
    return this.tenants.get(tenantId);
  }

  /** By id or name: the tenant's own first, then the global one. Undefined for what is deleted or another tenant's. */
  tool(tenantId: string, reference: string): RegistryTool | undefined {
    const own = this.owners.get(tenantId);
    const global = this.owners.get(GLOBAL);
    const id = isUuid(reference) ? reference.toLowerCase() : null;
    const found = id !== null
      ? (own?.tools.get(id) ?? global?.tools.get(id))
      : (named(own, reference) ?? named(global, reference));
    return found?.deleted ? undefined : found;
  }

  version(tool: RegistryTool, version: string): RegistryToolVersion | undefined {
    return this.owners.get(tool.tenantId ?? GLOBAL)?.versions.get(tool.id)?.get(version);
  }

  /** Whether the tenant has switched this tool off for itself. */
  isSwitchedOff(tenantId: string, toolId: string): boolean {
    return this.owners.get(tenantId)?.enablements.get(toolId) === false;
  }

  /** @throws ToolplaneError EVENT_INVALID where the object is not what its kind says; nothing of it was taken. */
  apply(tenantId: string, changed: Changed): void {
    const { kind, id, revision } = changed;
    const key = `${tenantId} ${kind} ${id}`;
    if (revision <= (this.revisions.get(key) ?? 0)) return;
    this.take(tenantId, changed);
    this.revisions.set(key, revision);
  }

  private take(tenantId: string, { kind, deleted, object }: Changed): void {
    switch (kind) {
      case 'tenant': {
        const tenant = checkObject<RegistryTenant>(kind, object);
        this.tenants.set(tenant.id, deleted ? { ...tenant, status: 'deleted' } : tenant);
        break;
      }
      case 'tool': {
        const tool = checkObject<RegistryTool>(kind, object);
        this.takeTool(this.ownerOf(tenantId), { ...tool, deleted: tool.deleted || deleted });
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
      default: // Toolkits, agent types and assignments have no rule that looks at them yet.
    }
  }

  private takeTool(owner: Owned, tool: RegistryTool): void {
    const before = owner.tools.get(tool.id);
    // A name may have gone to another tool meanwhile: only its own is given back.
    if (before && owner.idsByName.get(before.name) === tool.id) owner.idsByName.delete(before.name);
    owner.tools.set(tool.id, tool);
    if (!tool.deleted) owner.idsByName.set(tool.name, tool.id);
  }

  private ownerOf(tenantId: string): Owned {
    let owner = this.owners.get(tenantId);
    if (!owner) this.owners.set(tenantId, (owner = new Owned()));
    return owner;
  }
}

const named = (owner: Owned | undefined, name: string): RegistryTool | undefined => {
  const id = owner?.idsByName.get(name);
  return id === undefined ? undefined : owner?.tools.get(id);
};
