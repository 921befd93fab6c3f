import { Global, Injectable, Module, type BeforeApplicationShutdown, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { loadConfig, serviceVariables, type ServiceConfig } from '@toolplane/config';
import { EventLogServer } from '@toolplane/messaging';
import { ServiceKit } from '../service-kit.module.js';
import { testEnvironment } from '../testing/test-environment.js';
import { openService } from './open-service.js';

const ends: string[] = [];
const starts: string[] = [];

/** In the place of Messaging: what the consumers of a service do when it starts and stops. */
class RecordingServer {
  setTransportId(): void {}
  setOnProcessingStartHook(): void {}
  setOnProcessingEndHook(): void {}
  listen(callback: () => void): void {
    starts.push('consumers');
    callback();
  }
  close(): void {
    ends.push('consumers');
  }
}

@Injectable()
class Pools implements OnApplicationShutdown {
  onApplicationShutdown(): void {
    ends.push('pools and publisher');
  }
}

@Global()
@Module({ providers: [Pools, { provide: EventLogServer, useClass: RecordingServer }], exports: [EventLogServer] })
class GlobalModule {}

/** In the place of OutboxRelay, and of what watches the server. */
@Injectable()
class Relay implements BeforeApplicationShutdown, OnApplicationShutdown {
  constructor(private readonly adapter: HttpAdapterHost) {}

  beforeApplicationShutdown(): void {
    this.adapter.httpAdapter.getHttpServer().once('close', () => ends.push('http'));
  }

  onApplicationShutdown(): void {
    ends.push('relay');
  }
}

@Module({})
class OrderModule {
  static with({ service }: { readonly service: ServiceConfig }): DynamicModule {
    return { module: OrderModule, imports: [ServiceKit.with(service), GlobalModule], providers: [Relay] };
  }
}

describe('openService', () => {
  const config = () => loadConfig({ service: serviceVariables({ name: 'order', port: 0 }) }, testEnvironment());

  beforeEach(() => {
    ends.length = 0;
    starts.length = 0;
  });

  it('stops HTTP, then the consumers, then the relay, then what they all need, once', async () => {
    const service = await openService(OrderModule, config());
    expect(starts).toEqual(['consumers']);
    await Promise.all([service.close(), service.close()]);
    expect(ends).toEqual(['http', 'consumers', 'relay', 'pools and publisher']);
  });

  it('leaves nothing open where it cannot start', async () => {
    const first = await openService(OrderModule, config());
    const taken = { ...testEnvironment(), PORT: new URL(first.url).port };
    await expect(openService(OrderModule, loadConfig({ service: serviceVariables({ name: 'order', port: 0 }) }, taken))).rejects.toThrow('EADDRINUSE');
    expect(ends).toContain('pools and publisher');
    await first.close();
  });
});
