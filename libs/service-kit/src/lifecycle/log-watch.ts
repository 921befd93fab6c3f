import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { DependencyDown } from '@toolplane/contracts/errors';
import { EventLog, type PartitionRange } from '@toolplane/messaging';
import { Logger } from '@toolplane/observability';
import type { Database, Tx } from '@toolplane/persistence';

const LOOK_EVERY_MS = 5_000;

/** What a service has to say again to an event log that was made anew, or that has lost what it held. */
export abstract class SaysAgain {
  /** By which of its topics a log is recognised that has kept its name and lost its content. */
  abstract readonly topics: readonly string[];
  /**
   * Whether it has. What the database knows is read before `ranges` asks the log how far it reaches: the log grows meanwhile, and what
   * was read in it would seem to lie beyond its end.
   */
  abstract hasLost(tx: Tx, ranges: () => Promise<readonly PartitionRange[]>): Promise<boolean>;
  /** Says all of it again: the very same events, so that nobody takes them for new ones. @returns how many */
  abstract sayAgain(): Promise<number>;
}

/**
 * Looks which event log stands behind the address. One that is not known, because it was made anew while the database stayed, is told
 * again what others live by. Provided in a service's own module, together with its `SaysAgain` and the table of `knownLogsTable`.
 */
@Injectable()
export class LogWatch implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly stopped = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly modules: ModuleRef,
    private readonly log: EventLog,
    private readonly saysAgain: SaysAgain,
    private readonly logger: Logger,
  ) {}

  /** In the background: a log that is away keeps nobody from anything else. */
  onApplicationBootstrap(): void {
    this.running = this.watch();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped.abort();
    await this.running;
  }

  /** One look. @returns how much was said again. */
  async look(): Promise<number> {
    const database = await this.database();
    await this.log.ping();
    const { clusterId } = this.log;
    const ranges = (): Promise<readonly PartitionRange[]> => this.log.endOffsets(this.saysAgain.topics);
    const table = `${database.service}.known_logs`;
    const isKnown = async (tx: Tx): Promise<boolean> =>
      (await tx.query(`select 1 from ${table} where cluster_id = $1`, [clusterId])).length > 0 && !(await this.saysAgain.hasLost(tx, ranges));
    if (await database.asWorker(isKnown)) return 0;
    return database.asWorker(async (tx) => {
      // Instances that look at the same time would say everything as often as there are instances.
      await tx.query('select pg_advisory_xact_lock(hashtext($1))', [`${table} says again`]);
      if (await isKnown(tx)) return 0;
      // The first log there ever was lacks nothing.
      const isFirst = (await tx.query(`select 1 from ${table} limit 1`)).length === 0;
      const said = isFirst ? 0 : await this.saysAgain.sayAgain();
      await tx.query(`insert into ${table} (cluster_id) values ($1) on conflict do nothing`, [clusterId]);
      return said;
    });
  }

  private async watch(): Promise<void> {
    const { signal } = this.stopped;
    while (!signal.aborted) {
      try {
        const said = await this.look();
        if (said > 0) this.logger.warn({ said, clusterId: this.log.clusterId }, 'the event log is new or has lost its records: what the database holds is said again');
      } catch (error) {
        if (!(error instanceof DependencyDown)) this.logger.error({ err: error }, 'the event log could not be compared with the database');
      }
      await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Loaded here, so that a service without a database never loads its drivers. */
  private async database(): Promise<Database> {
    const persistence = await import('@toolplane/persistence');
    return this.modules.get(persistence.Database, { strict: false });
  }
}
