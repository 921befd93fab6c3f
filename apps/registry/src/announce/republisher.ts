import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CloudEvent } from '@toolplane/contracts/envelope';
import { DependencyDown } from '@toolplane/contracts/errors';
import { ToolControlChanged, ToolRegistryChanged } from '@toolplane/contracts/events';
import { EventLog } from '@toolplane/messaging';
import { Logger } from '@toolplane/observability';
import { Database, Outbox, type Tx } from '@toolplane/persistence';

const AGAIN_AFTER_MS = 1_000;
const BATCH = 500;
const TOPICS = [ToolRegistryChanged.topic, ToolControlChanged.topic];

/** Instances that start together would say everything as often as there are instances. */
const LOCK = `select pg_advisory_xact_lock(hashtext('registry republishes'))`;
const KNOWN = `select 1 from registry.known_logs where cluster_id = $1`;
const REMEMBER = `insert into registry.known_logs (cluster_id) values ($1) on conflict do nothing`;
const ANY = `select 1 from registry.announcements limit 1`;
const PAGE = `
  select tenant_id as "tenantId", type, object_key as "objectKey", event from registry.announcements
   where (tenant_id, type, object_key) > ($1, $2, $3) order by tenant_id, type, object_key limit ${BATCH}`;

/**
 * The log can be made anew while the database stays. Then whoever lives by what this service has said must be told all of it: every
 * object's last announcement again, the very same event, so that nobody takes it for a change.
 */
@Injectable()
export class Republisher implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly stopped = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly log: EventLog,
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly logger: Logger,
  ) {}

  /** In the background: a log that is away does not keep definitions from being read and written. */
  onApplicationBootstrap(): void {
    this.running = this.untilKnown();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped.abort();
    await this.running;
  }

  /** Says everything again where the log is another one or holds nothing. Answers how much was said. */
  async republish(): Promise<number> {
    const ranges = await this.log.endOffsets(TOPICS);
    const { clusterId } = this.log;
    const empty = ranges.every(({ first, end }) => first === end);
    return this.database.asWorker(async (tx) => {
      await tx.query(LOCK);
      const known = (await tx.query(KNOWN, [clusterId])).length > 0;
      if (known && !(empty && (await this.unsaid(tx)))) return 0;
      await tx.query(REMEMBER, [clusterId]);
      return this.sayAll(tx);
    });
  }

  /** Something was announced, and none of it waits in the outbox: an empty log has lost it. */
  private async unsaid(tx: Tx): Promise<boolean> {
    const waiting = await tx.query('select 1 from registry.outbox limit 1');
    return waiting.length === 0 && (await tx.query(ANY)).length > 0;
  }

  private async sayAll(tx: Tx): Promise<number> {
    let after = ['', '', ''];
    for (let said = 0; ; ) {
      const rows = await tx.query<{ tenantId: string; type: string; objectKey: string; event: CloudEvent }>(PAGE, after);
      await this.outbox.add(tx, rows.map(({ event }) => ({ event })));
      said += rows.length;
      const last = rows.at(-1);
      if (!last || rows.length < BATCH) return said;
      after = [last.tenantId, last.type, last.objectKey];
    }
  }

  private async untilKnown(): Promise<void> {
    while (!this.stopped.signal.aborted) {
      try {
        const said = await this.republish();
        if (said > 0) this.logger.info({ said, clusterId: this.log.clusterId }, 'the event log is new: everything is said again');
        return;
      } catch (error) {
        if (!(error instanceof DependencyDown)) this.logger.error({ err: error }, 'the event log could not be compared with the database');
      }
      await sleep(AGAIN_AFTER_MS, undefined, { signal: this.stopped.signal }).catch(() => undefined);
    }
  }
}
