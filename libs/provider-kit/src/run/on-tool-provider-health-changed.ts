import { Controller } from '@nestjs/common';
import type { Received } from '@toolplane/contracts/envelope';
import { ToolProviderHealthChanged } from '@toolplane/contracts/events';
import { OnEvents } from '@toolplane/messaging';
import { Breakers } from '../breakers/breakers.js';
import { WorkerIdentity } from '../health/worker-identity.js';

/** What the breakers of the other workers of this provider are seen to do. */
@Controller()
export class OnToolProviderHealthChanged {
  constructor(
    private readonly as: WorkerIdentity,
    private readonly breakers: Breakers,
  ) {}

  @OnEvents(ToolProviderHealthChanged, { audience: 'everyone' })
  handle(events: readonly Received<ToolProviderHealthChanged>[]): Promise<void> {
    for (const { tenantid: tenantId, data, record } of events) {
      const { breaker, provider, worker } = data;
      if (!breaker || provider !== this.as.provider || worker === this.as.worker) continue;
      const { toolId, origin, state, retryAfterMs } = breaker;
      this.breakers.heard({ tenantId, toolId, origin, state, retryAfterMs, at: record.appendedAt });
    }
    return Promise.resolve();
  }
}
