import { Module, type DynamicModule } from '@nestjs/common';
import type { Settings } from '@toolplane/config';
import { Messaging, StoredPositions } from '@toolplane/messaging';
import { Persistence } from '@toolplane/persistence';
import { DatabasePositions, LogWatch, OutboxRelay, SaysAgain, ServiceClient, ServiceKit } from '@toolplane/service-kit';
import { ExceptionsController } from './exceptions/exceptions.controller.js';
import { TimelineController } from './exceptions/timeline.controller.js';
import { Follower } from './follow/follower.js';
import { OnToolExecutionCompleted } from './follow/on-tool-execution-completed.js';
import { OnToolExecutionFailed } from './follow/on-tool-execution-failed.js';
import { Republisher } from './follow/republisher.js';
import type { playbookConfig } from './playbook.config.js';
import { playbookMigrations } from './playbook.migrations.js';
import { KnownTools } from './playbooks/known-tools.js';
import { PlaybookChanges } from './playbooks/playbook-changes.js';
import { PlaybooksController } from './playbooks/playbooks.controller.js';
import { Calls } from './runs/calls.js';
import { Cancellation } from './runs/cancellation.js';
import { RunCommands } from './runs/run-commands.js';
import { RunsController } from './runs/runs.controller.js';
import { StepsController } from './runs/steps.controller.js';

/** The whole wiring: cases, playbooks, their runs, and the executions that steps follow. */
@Module({})
export class PlaybookModule {
  static with(config: Settings<typeof playbookConfig>): DynamicModule {
    return {
      module: PlaybookModule,
      imports: [
        ServiceKit.with(config.service, { services: config.services }),
        Persistence.with(config.database, { service: 'playbook', migrations: playbookMigrations }),
        Messaging.with(config.eventLog, { service: 'playbook' }),
      ],
      controllers: [
        ExceptionsController, TimelineController, PlaybooksController, RunsController, StepsController, OnToolExecutionCompleted, OnToolExecutionFailed,
      ],
      providers: [
        KnownTools, PlaybookChanges,
        { provide: Calls, useFactory: (services: ServiceClient) => new Calls(services, config.sealing.keys), inject: [ServiceClient] },
        Cancellation, RunCommands, Follower, OutboxRelay,
        { provide: StoredPositions, useClass: DatabasePositions },
        LogWatch, { provide: SaysAgain, useClass: Republisher },
      ],
    };
  }
}
