import { ToolplaneError } from '@toolplane/contracts/errors';
import type { Permit } from '../breakers/breaker.js';
import type { Breakers } from '../breakers/breakers.js';
import type { Controls } from '../controls/controls.js';
import type { Provider } from '../provider.js';
import type { Dispatch } from './invocation.js';

/** A call may begin, under the permit of its breaker where it has one; or why not. */
export type Passage = { readonly permit: Permit | null } | { readonly refused: ToolplaneError };

const FREE: Passage = Object.freeze({ permit: null });

/** The last look before a call begins: what operators have stopped, and the breaker of its destination. */
export class Gate {
  constructor(
    private readonly provider: Pick<Provider, 'origin'>,
    private readonly controls: Controls,
    private readonly breakers: Breakers,
  ) {}

  enter({ tenantid: tenantId, data }: Dispatch): Passage {
    const toolId = data.tool.id;
    const refused = this.controls.refusal({ tenantId, toolId, agent: data.agent });
    if (refused) return { refused };
    const origin = this.provider.origin?.(data.tool.spec) ?? null;
    if (origin === null) return FREE;
    const entry = this.breakers.enter({ tenantId, toolId, origin });
    if ('permit' in entry) return entry;
    const { retryAfterMs } = entry;
    return { refused: new ToolplaneError('PROVIDER_CIRCUIT_OPEN', retryAfterMs === null ? {} : { retryAfterMs: Math.ceil(retryAfterMs) }) };
  }
}
