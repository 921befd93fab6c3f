import { Module, type DynamicModule } from '@nestjs/common';
import type { Settings } from '@toolplane/config';
import { EventLog, Messaging, Publisher, StoredPositions } from '@toolplane/messaging';
import { Database, Persistence, Positions } from '@toolplane/persistence';
import { DatabasePositions, ServiceKit } from '@toolplane/service-kit';
import type { auditConfig } from './audit.config.js';
import { auditMigrations } from './audit.migrations.js';
import { EntriesController } from './read/entries.controller.js';
import { OnDeadLettersParked } from './record/on-dead-letters.js';
import { OnToolControlChanged } from './record/on-tool-control-changed.js';
import { OnToolExecutionCompleted } from './record/on-tool-execution-completed.js';
import { OnToolExecutionDecided } from './record/on-tool-execution-decided.js';
import { OnToolExecutionFailed } from './record/on-tool-execution-failed.js';
import { OnToolExecutionProgressed } from './record/on-tool-execution-progressed.js';
import { OnToolProviderHealthChanged } from './record/on-tool-provider-health-changed.js';
import { OnToolRegistryChanged } from './record/on-tool-registry-changed.js';
import { Recorder } from './record/recorder.js';
import { VerifyController } from './verify/verify.controller.js';

/** The whole wiring: what is recorded, in the order of an execution's life; reading and verifying beside it. */
@Module({})
export class AuditModule {
  static with(config: Settings<typeof auditConfig>): DynamicModule {
    return {
      module: AuditModule,
      imports: [
        ServiceKit.with(config.service),
        Persistence.with(config.database, { service: 'audit', migrations: auditMigrations }),
        Messaging.with(config.eventLog, { service: 'audit' }),
      ],
      controllers: [
        OnToolExecutionDecided,
        OnToolExecutionProgressed,
        OnToolExecutionCompleted,
        OnToolExecutionFailed,
        OnToolRegistryChanged,
        OnToolControlChanged,
        OnToolProviderHealthChanged,
        OnDeadLettersParked,
        EntriesController,
        VerifyController,
      ],
      providers: [
        {
          provide: Recorder,
          useFactory: (database: Database, positions: Positions, publisher: Publisher, log: EventLog) => new Recorder(database, positions, publisher, log),
          inject: [Database, Positions, Publisher, EventLog],
        },
        { provide: StoredPositions, useClass: DatabasePositions },
      ],
    };
  }
}
