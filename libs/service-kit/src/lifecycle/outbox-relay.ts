import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { RelayHandle } from '@toolplane/persistence';

/**
 * Sends what lies in the service's outbox. Named in the providers of a service's own module, so that it stops after the consumers and
 * before the publisher and the pools, which belong to global modules.
 */
@Injectable()
export class OutboxRelay implements OnApplicationBootstrap, OnApplicationShutdown {
  private relay: RelayHandle | undefined;

  constructor(private readonly modules: ModuleRef) {}

  async onApplicationBootstrap(): Promise<void> {
    // Loaded here, so that a service without a database never loads its drivers.
    const [{ Outbox }, { Publisher }] = await Promise.all([import('@toolplane/persistence'), import('@toolplane/messaging')]);
    const publisher = this.modules.get(Publisher, { strict: false });
    this.relay = this.modules.get(Outbox, { strict: false }).relay((events) => publisher.publish(events));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.relay?.stop();
  }
}
