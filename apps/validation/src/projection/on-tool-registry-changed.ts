import { Controller } from '@nestjs/common';
import { ToolRegistryChanged } from '@toolplane/contracts/events';
import { OnEvents } from '@toolplane/messaging';
import { RegistryProjection } from './registry-projection.js';

/** Keeps the projection of tenants, tools, versions and enablements. Every instance reads all of it, each time it starts. */
@Controller()
export class OnToolRegistryChanged {
  constructor(private readonly registry: RegistryProjection) {}

  @OnEvents(ToolRegistryChanged, { audience: 'everyone', from: 'start' })
  handle(events: readonly ToolRegistryChanged[]): Promise<void> {
    for (const { tenantid, data } of events) this.registry.apply(tenantid, data);
    return Promise.resolve();
  }
}
