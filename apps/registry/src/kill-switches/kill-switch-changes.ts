import { Injectable } from '@nestjs/common';
import { isUuid, TENANT_ID_PATTERN, type KillSwitchBody, type KillSwitchTarget } from '@toolplane/contracts/documents';
import { ToolplaneError } from '@toolplane/contracts/errors';
import { GLOBAL } from '@toolplane/contracts/ids';
import { storable, type Tx } from '@toolplane/persistence';
import { mayDo, type Caller } from '@toolplane/service-kit';
import { AgentQueries } from '../agents/agent.queries.js';
import { Announcer } from '../announce/announcer.js';
import { makerOf } from '../author/author.js';
import { OwnerDoor } from '../author/owner-door.js';
import { TenantStore } from '../tenants/tenant.store.js';
import { ToolQueries } from '../tools/tool.queries.js';
import { KillSwitchStore, type KillSwitchRow, type Target } from './kill-switch.store.js';

const TENANT_ID = new RegExp(TENANT_ID_PATTERN);
const notFound = (): ToolplaneError => new ToolplaneError('NOT_FOUND');

/** Stops a tool, an agent type or a tenant at once, running retries included, and frees it again. */
@Injectable()
export class KillSwitchChanges {
  constructor(
    private readonly door: OwnerDoor,
    private readonly switches: KillSwitchStore,
    private readonly tools: ToolQueries,
    private readonly agents: AgentQueries,
    private readonly tenants: TenantStore,
    private readonly announcer: Announcer,
  ) {}

  /** The switch that counts for the caller; off where nobody ever touched it. */
  async get(caller: Caller, type: KillSwitchTarget, reference: string): Promise<KillSwitchRow> {
    const tenantId = ownerOf(caller, type, reference, 'tenant') ?? caller.tenantId;
    return this.door.open(tenantId, async (tx) => {
      const target = await this.target(tx, tenantId, type, reference);
      const row = await this.switches.find(tx, tenantId, type, target.id);
      return row ?? { ...target, scope: 'tenant', on: false, reason: null, changedAt: null, changedBy: null };
    });
  }

  /** Off is said even of what is gone: what was stopped must be able to be freed. */
  put(caller: Caller, type: KillSwitchTarget, reference: string, given: KillSwitchBody): Promise<KillSwitchRow> {
    const { on, reason = null, scope = 'tenant' } = storable(given);
    if (scope === 'global' && !mayDo(caller.roles, 'global:write')) throw new ToolplaneError('FORBIDDEN', { message: 'Only a platform administrator stops something for everybody' });
    const tenantId = ownerOf(caller, type, reference, scope);
    const whom = tenantId === null ? 'global' : 'tenant';
    return this.door.open(tenantId, async (tx) => {
      // Everybody's switch stops everybody's tool, not one of the tenant in which its author happens to act.
      const target = await this.target(tx, tenantId ?? (type === 'tool' ? GLOBAL : caller.tenantId), type, reference);
      const before = await this.switches.lock(tx, tenantId, target);
      if (before ? before.on === on && before.reason === reason : !on) return before ?? { ...target, scope: whom, on, reason, changedAt: null, changedBy: null };
      const by = makerOf(caller);
      const moment = await this.switches.put(tx, { ...target, tenantId, on, reason, by });
      await this.announcer.announce(tx, moment, { tenantId, by, changed: [], control: [{ kind: 'kill_switch', target: { type, id: target.id }, on, reason }] });
      return { ...target, scope: whom, on, reason, changedAt: moment.at, changedBy: by };
    });
  }

  /** What the tenant can see, or what has been switched before. @throws ToolplaneError NOT_FOUND */
  private async target(tx: Tx, tenantId: string, type: KillSwitchTarget, reference: string): Promise<Target> {
    if (type === 'tool') {
      const tool = await this.tools.find(tx, tenantId, reference);
      if (tool && !tool.deletedAt) return { type, id: tool.id, name: tool.definition.name };
      return this.known(tx, tenantId, type, isUuid(reference) ? reference.toLowerCase() : reference);
    }
    if (type === 'agent') {
      const agent = await this.agents.find(tx, tenantId, reference);
      return agent ? { type, id: agent.name, name: agent.displayName } : this.known(tx, tenantId, type, reference);
    }
    const tenant = await this.tenants.find(tx, reference);
    if (!tenant || tenant.status === 'deleted') throw notFound();
    return { type, id: tenant.id, name: tenant.displayName };
  }

  private async known(tx: Tx, tenantId: string, type: KillSwitchTarget, id: string): Promise<Target> {
    const row = await this.switches.find(tx, tenantId, type, id);
    if (!row) throw notFound();
    return { type, id: row.id, name: row.name };
  }
}

/**
 * Whose switch it is; null is everybody's. A tenant stops itself; a platform administrator stops any, in that tenant's own book.
 * @throws ToolplaneError NOT_FOUND for a foreign tenant
 */
const ownerOf = ({ tenantId, roles }: Caller, type: KillSwitchTarget, reference: string, scope: 'global' | 'tenant'): string | null => {
  if (type !== 'tenant') return scope === 'global' ? null : tenantId;
  if (reference === tenantId || (mayDo(roles, 'tenants:manage') && TENANT_ID.test(reference))) return reference;
  throw notFound();
};
