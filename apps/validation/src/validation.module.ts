import { Module, type DynamicModule } from '@nestjs/common';
import { ToolExecutionRequested } from '@toolplane/contracts/events';
import { Messaging } from '@toolplane/messaging';
import { Logger } from '@toolplane/observability';
import { Persistence } from '@toolplane/persistence';
import { LogWatch, OutboxRelay, SaysAgain, ServiceKit, Upkeep } from '@toolplane/service-kit';
import { ApprovalChanges } from './approvals/approval-changes.js';
import { ApprovalSweep } from './approvals/approval-sweep.js';
import { ApprovalsController } from './approvals/approvals.controller.js';
import { ChangedTools } from './approvals/changed-tools.js';
import { Decisions } from './approvals/decisions.js';
import { EndedExecutions } from './approvals/ended-executions.js';
import { OnToolExecutionCompleted } from './approvals/on-tool-execution-completed.js';
import { OnToolExecutionFailed } from './approvals/on-tool-execution-failed.js';
import { Republisher } from './approvals/republisher.js';
import { ChecksController } from './check/checks.controller.js';
import { ValidateController } from './check/validate.controller.js';
import { Cases } from './decide/cases.js';
import { Decider } from './decide/decider.js';
import { Ingresses } from './decide/ingresses.js';
import { OnToolExecutionRequested } from './decide/on-tool-execution-requested.js';
import { DefinitionChanges } from './limits/definition-changes.js';
import { Ledger } from './limits/ledger.js';
import { ControlProjection } from './projection/control-projection.js';
import { OnToolControlChanged } from './projection/on-tool-control-changed.js';
import { OnToolRegistryChanged } from './projection/on-tool-registry-changed.js';
import { ProjectionState } from './projection/projection-state.js';
import { RegistryProjection } from './projection/registry-projection.js';
import { SimulateController } from './simulate/simulate.controller.js';
import { Simulator } from './simulate/simulator.js';
import { Sealer } from './seal/sealer.js';
import type { ValidationConfig } from './validation.config.js';
import { validationMigrations } from './validation.migrations.js';

/** The whole wiring: what decisions are made of, what is asked beforehand, what is decided, what people say of it. */
@Module({})
export class ValidationModule {
  static with({ service, services, database, eventLog, ingress, sealing, requestDigestKey, approvalSweepEveryMs }: ValidationConfig): DynamicModule {
    const ingresses = new Ingresses(ingress);
    return {
      module: ValidationModule,
      imports: [
        ServiceKit.with(service, { services }),
        Persistence.with(database, { service: 'validation', migrations: validationMigrations }),
        Messaging.with(eventLog, { service: 'validation', topics: { [ToolExecutionRequested.topic]: ingresses.topics } }),
      ],
      controllers: [
        OnToolRegistryChanged, OnToolControlChanged, ChecksController, ValidateController, SimulateController, OnToolExecutionRequested, ApprovalsController,
        OnToolExecutionCompleted, OnToolExecutionFailed,
      ],
      providers: [
        RegistryProjection,
        ControlProjection,
        ProjectionState,
        DefinitionChanges,
        Ledger,
        Simulator,
        { provide: Sealer, useFactory: () => new Sealer(sealing.keys, requestDigestKey) },
        ChangedTools,
        ApprovalChanges,
        Decisions,
        EndedExecutions,
        ApprovalSweep,
        {
          provide: Cases,
          useFactory: (registry: RegistryProjection, control: ControlProjection) => new Cases(registry, control),
          inject: [RegistryProjection, ControlProjection],
        },
        {
          provide: Decider,
          useFactory: (cases: Cases, logger: Logger) => {
            if (ingress.trust === 'open') logger.warn({}, 'INGRESS_TRUST=open: every record is believed about its tenant; for one machine only');
            return new Decider(cases, ingresses, requestDigestKey, logger);
          },
          inject: [Cases, Logger],
        },
        {
          provide: Upkeep,
          useFactory: (sweep: ApprovalSweep, logger: Logger) =>
            new Upkeep([{ name: 'sweep of approvals', everyMs: approvalSweepEveryMs, run: () => sweep.run() }], logger),
          inject: [ApprovalSweep, Logger],
        },
        OutboxRelay,
        LogWatch,
        { provide: SaysAgain, useClass: Republisher },
      ],
    };
  }
}
