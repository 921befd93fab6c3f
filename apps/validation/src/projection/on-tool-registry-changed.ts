import { Controller } from '@nestjs/common';
import type { Received } from '@toolplane/contracts/envelope';
import { ToolRegistryChanged } from '@toolplane/contracts/events';
import { OnEvents } from '@toolplane/messaging';
import { ChangedTools } from '../approvals/changed-tools.js';
import { DefinitionChanges } from '../limits/definition-changes.js';
import { RegistryProjection } from './registry-projection.js';

/** Keeps the projection of tenants, tools, versions and enablements. Every instance reads all of it, each time it starts. */
@Controller()
export class OnToolRegistryChanged {
  constructor(
    private readonly registry: RegistryProjection,
    private readonly changes: DefinitionChanges,
    private readonly tools: ChangedTools,
  ) {}

  @OnEvents(ToolRegistryChanged, { audience: 'everyone', from: 'start' })
  handle(events: readonly Received<ToolRegistryChanged>[]): Promise<void> {
    for (const { tenantid, data, record } of events) {
      this.registry.apply(tenantid, data);
      this.changes.note(record.appendedAt);
      this.tools.note(data);
    }
    return Promise.resolve();
  }
}
