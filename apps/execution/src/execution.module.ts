import { Module, type DynamicModule } from '@nestjs/common';
import type { Settings } from '@toolplane/config';
import { PROVIDERS } from '@toolplane/contracts/events';
import { EventLog, Messaging, StoredPositions } from '@toolplane/messaging';
import { Logger } from '@toolplane/observability';
import { Database, Outbox, Persistence, Positions } from '@toolplane/persistence';
import { DatabasePositions, LogWatch, SaysAgain, ServiceKit, Upkeep } from '@toolplane/service-kit';
import { AcceptController, REQUEST_DIGEST_KEY } from './accept/accept.controller.js';
import { Acceptor } from './accept/acceptor.js';
import { InputSealer } from './accept/input-sealer.js';
import { CancelController } from './cancel/cancel.controller.js';
import { Canceller } from './cancel/canceller.js';
import { DeadLetterDesk } from './dead-letters/dead-letter-desk.js';
import { DeadLettersController } from './dead-letters/dead-letters.controller.js';
import { OnDeadLettersParked } from './dead-letters/on-dead-letters.js';
import { OnToolExecutionDecided } from './dispatch/on-tool-execution-decided.js';
import type { executionConfig } from './execution.config.js';
import { executionMigrations } from './execution.migrations.js';
import { ExecutionStore } from './execution/execution.store.js';
import { GatedRelay } from './gates/gated-relay.js';
import { Gates } from './gates/gates.js';
import { GatesState } from './gates/gates-state.js';
import { OnToolControlChanged } from './gates/on-tool-control-changed.js';
import { DecisionsController } from './read/decisions.controller.js';
import { ExecutionsController } from './read/executions.controller.js';
import { TimelineController } from './read/timeline.controller.js';
import { LogProgress } from './recover/progress.js';
import { Republisher } from './recover/republisher.js';
import { Sweep } from './recover/sweep.js';
import { BulkRerun } from './rerun/bulk-rerun.js';
import { RerunController } from './rerun/rerun.controller.js';
import { OnToolInvocationReported } from './settle/on-tool-invocation-reported.js';

/** The whole wiring, in the order of the path: accept, dispatch, settle, recover; reading beside it. */
@Module({})
export class ExecutionModule {
  static with(config: Settings<typeof executionConfig>): DynamicModule {
    return {
      module: ExecutionModule,
      imports: [
        ServiceKit.with(config.service),
        Persistence.with(config.database, { service: 'execution', migrations: executionMigrations }),
        Messaging.with(config.eventLog, { service: 'execution' }),
      ],
      controllers: [AcceptController, OnToolControlChanged, OnToolExecutionDecided, OnToolInvocationReported, CancelController, RerunController, ExecutionsController, TimelineController, DecisionsController, OnDeadLettersParked, DeadLettersController],
      providers: [
        { provide: REQUEST_DIGEST_KEY, useValue: config.requestDigestKey },
        { provide: InputSealer, useFactory: () => new InputSealer(config.sealing.keys) },
        { provide: Acceptor, useFactory: (database: Database, outbox: Outbox) => new Acceptor(database, outbox), inject: [Database, Outbox] },
        { provide: ExecutionStore, useFactory: () => new ExecutionStore(config.lease) },
        {
          provide: Sweep,
          useFactory: (database: Database, executions: ExecutionStore, outbox: Outbox, log: EventLog, positions: Positions, logger: Logger) =>
            new Sweep(database, executions, outbox, new LogProgress(log, positions, PROVIDERS), logger),
          inject: [Database, ExecutionStore, Outbox, EventLog, Positions, Logger],
        },
        {
          provide: Upkeep,
          useFactory: (sweep: Sweep, logger: Logger) => new Upkeep([{ name: 'sweep', everyMs: config.sweepEveryMs, run: () => sweep.run() }], logger),
          inject: [Sweep, Logger],
        },
        Canceller, BulkRerun, DeadLetterDesk, Gates, GatesState, GatedRelay,
        { provide: StoredPositions, useClass: DatabasePositions },
        LogWatch, { provide: SaysAgain, useClass: Republisher },
      ],
    };
  }
}
