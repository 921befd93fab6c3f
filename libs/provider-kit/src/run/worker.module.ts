import { hostname } from 'node:os';
import { Module, type DynamicModule } from '@nestjs/common';
import { Breakers } from '../breakers/breakers.js';
import { Controls } from '../controls/controls.js';
import { HealthAnnouncer } from '../health/health-announcer.js';
import { WorkerIdentity } from '../health/worker-identity.js';
import { dispatchedTopic, ToolInvocationDispatched } from '@toolplane/contracts/events';
import { Messaging, Publisher } from '@toolplane/messaging';
import { createLogger, Health, Logger, Metrics, type MetricDefinition } from '@toolplane/observability';
import type { Provider } from '../provider.js';
import { PayloadOpener } from '../sealing/open-payload.js';
import { SecretStore } from '../secrets/secret-store.js';
import { Gate } from '../worker/gate.js';
import type { WorkerLimits } from '../worker/worker-parts.js';
import { Worker } from '../worker/worker.js';
import { HealthController } from './health.controller.js';
import { OnToolControlChanged } from './on-tool-control-changed.js';
import { OnToolInvocationDispatched } from './on-tool-invocation-dispatched.js';
import { OnToolProviderHealthChanged } from './on-tool-provider-health-changed.js';
import type { WorkerConfig } from './worker-config.js';

/** Reports that are kept while the broker is away. */
const REPORTS = { reports: 2_000, bytes: 64 * 1_048_576 };
const CACHED_SCHEMAS = 500;
/** The handler resolves at once when the worker stops; what holds it longer is a broker that is away. */
const READING_ENDS_WITHIN_MS = 2_000;

/** The whole of a worker: reads what is dispatched to one provider, makes the calls, reports. */
@Module({})
export class WorkerModule {
  static with(provider: Provider, config: WorkerConfig, logger?: Logger): DynamicModule {
    const { name, logLevel } = config.service;
    return {
      module: WorkerModule,
      // Messaging takes logger, metrics and health from here.
      global: true,
      imports: [
        Messaging.with(config.eventLog, {
          service: name,
          topics: { [ToolInvocationDispatched.topic]: [dispatchedTopic(provider.name)] },
          drainMs: READING_ENDS_WITHIN_MS,
        }),
      ],
      controllers: [OnToolControlChanged, OnToolProviderHealthChanged, OnToolInvocationDispatched, HealthController],
      providers: [
        { provide: Logger, useFactory: () => logger ?? createLogger({ service: name, level: logLevel }) },
        { provide: Metrics, useFactory: () => new Metrics() },
        { provide: Health, useFactory: () => new Health() },
        { provide: WorkerIdentity, useValue: new WorkerIdentity(provider.name, name, `${hostname()}:${process.pid}`) },
        { provide: Controls, useFactory: () => new Controls() },
        {
          provide: HealthAnnouncer,
          useFactory: (publisher: Publisher, as: WorkerIdentity, logged: Logger) => new HealthAnnouncer(publisher, as, logged),
          inject: [Publisher, WorkerIdentity, Logger],
        },
        {
          provide: Breakers,
          useFactory: (announcer: HealthAnnouncer, metrics: Metrics) => breakersOf(config, announcer, metrics),
          inject: [HealthAnnouncer, Metrics],
        },
        {
          provide: Gate,
          useFactory: (controls: Controls, breakers: Breakers) => new Gate(provider, controls, breakers),
          inject: [Controls, Breakers],
        },
        {
          provide: Worker,
          useFactory: (
            publisher: Publisher,
            logged: Logger,
            metrics: Metrics,
            health: Health,
            gate: Gate,
            { service, worker: process }: WorkerIdentity,
          ) => {
            const worker = new Worker(provider, {
              publisher,
              secrets: new SecretStore(config.worker.secretsFile ?? null),
              opener: new PayloadOpener(config.worker.unsealingKeysFile ?? null, CACHED_SCHEMAS),
              logger: logged,
              metrics,
              limits: limitsOf(config),
              reporting: { service, worker: process },
              gate,
            });
            health.register('worker', () => worker.health());
            return worker;
          },
          inject: [Publisher, Logger, Metrics, Health, Gate, WorkerIdentity],
        },
      ],
      exports: [Logger, Metrics, Health],
    };
  }
}

const BREAKERS: MetricDefinition = {
  name: 'toolplane_provider_breakers_not_closed',
  help: 'Circuit breakers of this worker that are open or half open.',
};

function breakersOf({ breaker }: WorkerConfig, announcer: HealthAnnouncer, metrics: Metrics): Breakers {
  const breakers = new Breakers({ terms: breaker, onChange: (report) => announcer.breaker(report) });
  metrics.gauge(BREAKERS, (gauge) => gauge.set(breakers.notClosed().length));
  return breakers;
}

const limitsOf = ({ worker }: WorkerConfig): WorkerLimits => ({
  calls: { perTool: worker.callsPerTool, total: worker.calls, waitingPerTool: worker.waitingPerTool },
  waiting: worker.waiting,
  reports: REPORTS,
  schemas: CACHED_SCHEMAS,
});
