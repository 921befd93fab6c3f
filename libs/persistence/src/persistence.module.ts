import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import type { DatabaseConfig } from '@toolplane/config';
import { DependencyDown } from '@toolplane/contracts/errors';
import { Health, Logger } from '@toolplane/observability';
import type { Entities } from './data-source.js';
import { Database } from './database.js';
import { migrate, verifySchema, type Migration } from './migrations.js';
import { Outbox } from './outbox/outbox.js';
import { Positions } from './positions.js';

export interface PersistenceOptions {
  /** Names the schema and, with it, the roles. */
  readonly service: string;
  readonly entities?: Entities;
  readonly migrations: readonly Migration[];
}

const AGAIN_AFTER_MS = 1_000;

/** A service’s database: migrated or verified, then connected, before anything that injects it is made. */
@Module({})
export class Persistence implements OnApplicationShutdown {
  constructor(@Inject(Database) private readonly database: Database) {}

  static with(config: DatabaseConfig, options: PersistenceOptions): DynamicModule {
    const database = {
      provide: Database,
      inject: [{ token: Logger, optional: true }, { token: Health, optional: true }],
      useFactory: (logger?: Logger, health?: Health) => open(config, options, logger, health),
    };
    const outbox = { provide: Outbox, inject: [Database], useFactory: (opened: Database) => new Outbox(opened) };
    const positions = { provide: Positions, inject: [Database], useFactory: (opened: Database) => new Positions(opened) };
    return { module: Persistence, global: true, providers: [database, outbox, positions], exports: [Database, Outbox, Positions] };
  }

  /** After consumers and relay, which stop earlier. */
  onApplicationShutdown(): Promise<void> {
    return this.database.close();
  }
}

/** Waits for a server that is still starting: services and database start in any order. A schema that does not fit is an error at once. */
async function open(config: DatabaseConfig, options: PersistenceOptions, logger?: Logger, health?: Health): Promise<Database> {
  for (let tried = 1; ; tried++) {
    try {
      const database = await prepare(config, options, logger);
      health?.register('database', () => database.ping());
      return database;
    } catch (error) {
      if (!(error instanceof DependencyDown)) throw error;
      if (tried === 1) logger?.warn({ err: error }, 'waiting for the database');
      await sleep(AGAIN_AFTER_MS);
    }
  }
}

async function prepare(config: DatabaseConfig, { service, entities, migrations }: PersistenceOptions, logger?: Logger): Promise<Database> {
  const { apiUrl, workerUrl, ownerUrl, poolSize } = config;
  if (ownerUrl) {
    const applied = await migrate(ownerUrl, service, migrations);
    if (applied.length > 0) logger?.info({ applied }, 'migrated the schema');
  } else {
    await verifySchema(workerUrl, service, migrations);
  }
  return Database.connect({
    service,
    apiUrl,
    workerUrl,
    poolSize,
    ...(entities && { entities }),
    onPoolError: (error) => logger?.warn({ err: error }, 'a database connection broke'),
  });
}
