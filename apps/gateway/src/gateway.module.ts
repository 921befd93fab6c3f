import { Module, type DynamicModule } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Messaging } from '@toolplane/messaging';
import { Health, Logger, Metrics } from '@toolplane/observability';
import { CALLABLE_SERVICES, CallerSource, openApiOf, routesOf, ServiceClient, ServiceKit, type CallableService } from '@toolplane/service-kit';
import { RateLimitHeaders, type Allowances } from './authentication/allowances.js';
import { CredentialCallers } from './authentication/credential-callers.js';
import { CredentialExchange } from './authentication/credential-exchange.js';
import { FailureLimiter } from './authentication/failure-limiter.js';
import { RequestLimiter } from './authentication/request-limiter.js';
import { DocumentsController, OPEN_API, type OpenApiSource } from './documents/documents.controller.js';
import { productVersion, serviceDocuments } from './documents/service-documents.js';
import { unionOf } from './documents/union.js';
import { ExecuteController } from './execute/execute.controller.js';
import { ExecutionController } from './execute/execution.controller.js';
import { ExecutionReader } from './execute/execution-reader.js';
import { InputCheck } from './execute/input-check.js';
import { OnToolAuditRecorded } from './execute/on-tool-audit-recorded.js';
import { OnToolExecutionCompleted } from './execute/on-tool-execution-completed.js';
import { OnToolExecutionFailed } from './execute/on-tool-execution-failed.js';
import { RequestRunner } from './execute/request-runner.js';
import { RerunController } from './execute/rerun.controller.js';
import { Waiters } from './execute/waiters.js';
import { forwardedRoutes } from './forwarding/forwarded-routes.js';
import { Forwarder } from './forwarding/forwarder.js';
import type { GatewayConfig } from './gateway.config.js';
import { OperatorServer } from './operation/operator-server.js';
import { PublicHealthController } from './operation/public-health.controller.js';
import { SecurityHeaders } from './operation/security-headers.js';
import { SystemHealth } from './operation/system-health.js';
import { Followers } from './stream/followers.js';
import { StreamController } from './stream/stream.controller.js';

/** What the gateway answers itself. Everything else that the services' documents describe is passed on. */
const CONTROLLERS = [ExecuteController, RerunController, ExecutionController, StreamController, DocumentsController, PublicHealthController];
const HANDLERS = [OnToolExecutionCompleted, OnToolExecutionFailed, OnToolAuditRecorded];

/** The whole wiring: who calls, what is answered here, what is passed on, how it all is. */
@Module({})
export class GatewayModule {
  static with(config: GatewayConfig): DynamicModule {
    const workers = Object.fromEntries(config.workerUrls.map((given) => given.split('=', 2) as [CallableService, string]));
    const allowances: Allowances = new WeakMap();
    const names = [...CALLABLE_SERVICES, ...(Object.keys(workers) as CallableService[])];
    return {
      module: GatewayModule,
      imports: [
        ServiceKit.with(config.service, { services: { ...config.services, ...workers }, callers: callers(config, allowances), health: false }),
        Messaging.with(config.eventLog, { service: 'gateway' }),
      ],
      controllers: [...CONTROLLERS, ...HANDLERS],
      providers: [
        InputCheck, Followers, Waiters, ExecutionReader, RequestRunner, SecurityHeaders,
        { provide: RateLimitHeaders, useFactory: (adapter: HttpAdapterHost) => new RateLimitHeaders(adapter, allowances), inject: [HttpAdapterHost] },
        { provide: OPEN_API, useValue: openApi },
        {
          provide: Forwarder,
          useFactory: (adapter: HttpAdapterHost, source: CallerSource, services: ServiceClient) =>
            new Forwarder(forwardedRoutes(serviceDocuments(), routesOf(OWN_ROUTES)), adapter, source, services),
          inject: [HttpAdapterHost, CallerSource, ServiceClient],
        },
        { provide: SystemHealth, useFactory: (own: Health, services: ServiceClient) => new SystemHealth(own, services, names), inject: [Health, ServiceClient] },
        {
          provide: OperatorServer,
          useFactory: (health: Health, metrics: Metrics, logger: Logger) =>
            new OperatorServer(health, metrics, logger, { host: config.service.host, port: config.metricsPort }),
          inject: [Health, Metrics, Logger],
        },
      ],
    };
  }
}

const callers = ({ failedCredentialsPerMinute, requestsPerMinute, trustedProxies }: GatewayConfig, allowances: Allowances) => ({
  useFactory: (services: ServiceClient) => {
    const failures = new FailureLimiter(failedCredentialsPerMinute);
    return new CredentialCallers(new CredentialExchange(services), failures, new RequestLimiter(requestsPerMinute), allowances, new Set(trustedProxies));
  },
  inject: [ServiceClient],
});

const OWN_ROUTES: DynamicModule = { module: GatewayModule, controllers: CONTROLLERS };

/** The union of the services' documents and of our own; ours first, because we answer first. Aliases are no routes of their own. */
const openApi: OpenApiSource = async () => {
  const own = await openApiOf(OWN_ROUTES);
  const paths = Object.fromEntries(Object.entries(own.paths).filter(([path]) => !path.startsWith('/api/v2/')));
  const parts = [{ name: 'gateway', document: { ...own, paths } }, ...serviceDocuments().map(({ service, document }) => ({ name: service, document }))];
  return unionOf(parts, {
    title: 'Toolplane',
    version: productVersion(),
    description: 'Runs tools for other programs. Paths under /api/tools and /api/toolkits are served under /api/v2/ too.',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  });
};
