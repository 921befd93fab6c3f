import { Injectable } from '@nestjs/common';
import { wireError, type ErrorCode, type ExecutionError } from '@toolplane/contracts/errors';
import type { ToolControlChanged } from '@toolplane/contracts/events';
import { GLOBAL } from '@toolplane/contracts/ids';
import { sha256 } from '@toolplane/security/chain';
import type { ToolTerms } from '../execution/execution-row.js';

type Controlled = ToolControlChanged['data'];

/** What is about to be dispatched. */
export interface Passing {
  readonly tenantId: string;
  readonly tool: Pick<ToolTerms, 'id' | 'spec'>;
  readonly agent: string | null;
}

const CODE_OF: Readonly<Record<Controlled['kind'], ErrorCode>> = {
  kill_switch: 'KILL_SWITCH',
  tool_disabled: 'TOOL_DISABLED',
  tenant_suspended: 'TENANT_INACTIVE',
  tenant_deleted: 'TENANT_INACTIVE',
  breaker: 'PROVIDER_CIRCUIT_OPEN',
};
const HASH_CHARACTERS = 16;

/**
 * What operators have stopped, in memory: `control` from its beginning. Asked before every dispatch, the first and each retry, so that what
 * was stopped after the decision does not begin. A smaller revision is ignored.
 */
@Injectable()
export class Gates {
  private readonly revisions = new Map<string, number>();
  private readonly closed = new Map<string, ExecutionError>();

  apply(tenantId: string, { kind, target, on, state, revision }: Controlled): void {
    const key = keyOf(tenantId, kind, target.type, target.id);
    if (revision <= (this.revisions.get(key) ?? 0)) return;
    this.revisions.set(key, revision);
    // A breaker that is forced closed, or lets one call through, stops nothing here.
    if (on && (kind !== 'breaker' || state === 'open')) this.closed.set(key, wireError(CODE_OF[kind]));
    else this.closed.delete(key);
  }

  /** Why this must not be dispatched; null where nothing speaks against it. Costs nothing while everything is open. */
  refusalOf({ tenantId, tool, agent }: Passing): ExecutionError | null {
    if (this.closed.size === 0) return null;
    return (
      this.found(tenantId, 'tenant_deleted', 'tenant', tenantId) ??
      this.found(tenantId, 'tenant_suspended', 'tenant', tenantId) ??
      this.found(tenantId, 'tool_disabled', 'tool', tool.id) ??
      this.found(tenantId, 'kill_switch', 'tenant', tenantId) ??
      this.found(tenantId, 'kill_switch', 'tool', tool.id) ??
      (agent === null ? null : this.found(tenantId, 'kill_switch', 'agent', agent)) ??
      this.breaker(tenantId, tool)
    );
  }

  private breaker(tenantId: string, { id, spec }: Passing['tool']): ExecutionError | null {
    const origin = originOf(spec);
    return origin === null ? null : this.found(tenantId, 'breaker', 'breaker', `${tenantId}:${id}:${sha256(origin).slice(0, HASH_CHARACTERS)}`);
  }

  /** The tenant's own word or the platform's. */
  private found(tenantId: string, kind: Controlled['kind'], type: Controlled['target']['type'], id: string): ExecutionError | null {
    return this.closed.get(keyOf(tenantId, kind, type, id)) ?? this.closed.get(keyOf(GLOBAL, kind, type, id)) ?? null;
  }
}

const keyOf = (tenantId: string, kind: string, type: string, id: string): string => `${tenantId} ${kind} ${type} ${id}`;

const ORIGIN = /^https?:\/\/[^/?{]+/i;

/** As the workers name it: scheme, host and port are fixed by the definition; placeholders stand in the path. */
function originOf(spec: unknown): string | null {
  const url: unknown = typeof spec === 'object' && spec !== null && 'url' in spec ? spec.url : null;
  return typeof url === 'string' ? (ORIGIN.exec(url)?.[0].toLowerCase() ?? null) : null;
}
