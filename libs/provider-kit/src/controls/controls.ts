import type { ToolControlChanged } from '@toolplane/contracts/events';
import { ToolplaneError } from '@toolplane/contracts/errors';
import { GLOBAL } from '@toolplane/contracts/ids';

/** Whose call it is. */
export interface Controlled {
  readonly tenantId: string;
  readonly toolId: string;
  /** Name of the agent type; null where the call is nobody's. */
  readonly agent: string | null;
}

type Kind = ToolControlChanged['data']['kind'];
type TargetType = ToolControlChanged['data']['target']['type'];

const keyOf = (scope: string, kind: Kind, type: TargetType, id: string): string => `${scope} ${kind} ${type} ${id}`;

/** What each kind ends a call with, in the order in which they are looked at. */
const CHECKS: readonly (readonly [Kind, TargetType, 'TENANT_INACTIVE' | 'TOOL_DISABLED' | 'KILL_SWITCH'])[] = [
  ['tenant_deleted', 'tenant', 'TENANT_INACTIVE'],
  ['tenant_suspended', 'tenant', 'TENANT_INACTIVE'],
  ['kill_switch', 'tenant', 'KILL_SWITCH'],
  ['kill_switch', 'tool', 'KILL_SWITCH'],
  ['kill_switch', 'agent', 'KILL_SWITCH'],
  ['tool_disabled', 'tool', 'TOOL_DISABLED'],
];

/** What operators have stopped, as far as this worker has read: the last look before a call begins. */
export class Controls {
  readonly #on = new Set<string>();
  readonly #revisions = new Map<string, number>();

  /** @returns false for what is older than what is known. */
  apply({ tenantid, data: { kind, target, on, revision } }: ToolControlChanged): boolean {
    const key = keyOf(tenantid, kind, target.type, target.id);
    if (revision < (this.#revisions.get(key) ?? 0)) return false;
    this.#revisions.set(key, revision);
    if (on && kind !== 'breaker') this.#on.add(key);
    else this.#on.delete(key);
    return true;
  }

  /** Why a call may not begin; null where nothing is against it. */
  refusal({ tenantId, toolId, agent }: Controlled): ToolplaneError | null {
    if (this.#on.size === 0) return null;
    const ids: Readonly<Record<TargetType, string | null>> = { tenant: tenantId, tool: toolId, agent, breaker: null };
    for (const [kind, type, code] of CHECKS) {
      const id = ids[type];
      if (id === null) continue;
      if (this.#on.has(keyOf(tenantId, kind, type, id)) || this.#on.has(keyOf(GLOBAL, kind, type, id)))
        return new ToolplaneError(code, { effect: 'none' });
    }
    return null;
  }
}
