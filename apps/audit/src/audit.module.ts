import { Module, type DynamicModule } from '@nestjs/common';
import type { Settings } from '@toolplane/config';
import { EventLog, Messaging, Publisher, StoredPositions } from '@toolplane/messaging';
import { Logger } from '@toolplane/observability';
import { Database, Persistence, Positions } from '@toolplane/persistence';
import { DatabasePositions, type Round, ServiceKit, Upkeep } from '@toolplane/service-kit';
import type { auditConfig } from './audit.config.js';
import { auditMigrations } from './audit.migrations.js';
import { CheckpointFiles } from './checkpoints/checkpoint-files.js';
import type { ProofConfig } from './checkpoints/checkpoint-variables.js';
import { Checkpoints } from './checkpoints/checkpoints.js';
import { ChainController } from './read/chain.controller.js';
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
import { Retention } from './retention/retention.js';
import { CHECKPOINT_FILES, VerifyController } from './verify/verify.controller.js';

/** The whole wiring: what is recorded, in the order of an execution's life; reading, verifying and upkeep beside it. */
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
        ChainController,
        VerifyController,
      ],
      providers: [
        {
          provide: Recorder,
          useFactory: (database: Database, positions: Positions, publisher: Publisher, log: EventLog) => new Recorder(database, positions, publisher, log),
          inject: [Database, Positions, Publisher, EventLog],
        },
        { provide: StoredPositions, useClass: DatabasePositions },
        {
          provide: CHECKPOINT_FILES,
          useFactory: () => (config.proof.checkpoints ? new CheckpointFiles(config.proof.checkpoints.dir, config.proof.checkpoints.privateKey) : null),
        },
        {
          provide: Upkeep,
          useFactory: (database: Database, files: CheckpointFiles | null, logger: Logger) => new Upkeep(roundsOf(config.proof, database, files), logger),
          inject: [Database, CHECKPOINT_FILES, Logger],
        },
      ],
    };
  }
}

const HOUR_MS = 3_600_000;

function roundsOf({ checkpoints, retentionMonths }: ProofConfig, database: Database, files: CheckpointFiles | null): Round[] {
  const retention = new Retention(database, files ?? undefined, retentionMonths);
  const rounds: Round[] = [{ name: 'retention', everyMs: HOUR_MS, run: () => retention.run() }];
  if (!checkpoints || !files) return rounds;
  const noting = new Checkpoints(database, files);
  return [...rounds, { name: 'checkpoints', everyMs: checkpoints.everyMs, run: () => noting.run(), atTheEnd: true }];
}
