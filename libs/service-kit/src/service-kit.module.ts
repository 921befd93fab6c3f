import { Module, type DynamicModule, type FactoryProvider } from '@nestjs/common';
import type { ServiceConfig } from '@toolplane/config';
import { createLogger, Health, Logger, Metrics } from '@toolplane/observability';
import { CallerGuard, CallerSource, TokenCallerSource } from './auth/caller.guard.js';
import { InternalTokens } from './auth/internal-tokens.js';
import { ServiceClient, type ServiceUrls } from './calls/service-client.js';
import { HealthController } from './http/health.controller.js';
import { QueryGuard } from './http/query.guard.js';

export interface ServiceKitOptions {
  /** Services this one may call. */
  readonly services?: ServiceUrls;
  /** Only `registry`: with it, tokens can be issued. */
  readonly internalTokenPrivateKey?: string;
  /** Where callers come from; the internal token if absent. The gateway has its own source. */
  readonly callers?: Pick<FactoryProvider<CallerSource>, 'useFactory' | 'inject'>;
  /** Whether to serve health and metrics on the service's port. Default true; the gateway has a port of its own for them. */
  readonly health?: boolean;
}

const TOKEN_CALLERS = { useFactory: (tokens: InternalTokens) => new TokenCallerSource(tokens), inject: [InternalTokens] };

/** What every service has: logger, metrics, health, callers, calls to other services. Global. */
@Module({})
export class ServiceKit {
  static with(service: ServiceConfig, options: ServiceKitOptions = {}): DynamicModule {
    const { services = {}, internalTokenPrivateKey, callers = TOKEN_CALLERS, health = true } = options;
    const keys = { publicKey: service.internalTokenPublicKey, ...(internalTokenPrivateKey !== undefined && { privateKey: internalTokenPrivateKey }) };
    return {
      module: ServiceKit,
      global: true,
      controllers: health ? [HealthController] : [],
      providers: [
        { provide: Logger, useFactory: () => createLogger({ service: service.name, level: service.logLevel }) },
        { provide: Metrics, useFactory: () => new Metrics() },
        { provide: Health, useFactory: () => new Health() },
        { provide: InternalTokens, useFactory: () => new InternalTokens(keys) },
        { provide: ServiceClient, useFactory: (metrics: Metrics) => new ServiceClient(services, metrics), inject: [Metrics] },
        { provide: CallerSource, ...callers },
        CallerGuard,
        QueryGuard,
      ],
      exports: [Logger, Metrics, Health, InternalTokens, ServiceClient, CallerSource],
    };
  }
}
