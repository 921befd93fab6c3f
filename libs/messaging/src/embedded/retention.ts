import { DependencyDown } from '@toolplane/contracts/errors';
import type { Logger } from '@toolplane/observability';
import type { LogDatabase, Query } from './database.js';

const EVERY_MS = 60_000;

/** One process at a time; the others find it taken and leave it at that. */
const LEAD = 'select pg_try_advisory_xact_lock(7470661, 3) as leads';

/** Oldest records first, in the order of the key, up to the first one that stays: nothing else is looked at. */
const EXPIRE = `
with due as (
  select p.topic, p.partition, coalesce(
           (select r."offset" from event_log.records r
             where r.topic = p.topic and r.partition = p.partition and r.appended_at >= now() - t.retention_ms * interval '1 ms'
             order by r."offset" limit 1), p.next_offset) as keep
    from event_log.partitions p join event_log.topics t on t.id = p.topic
   where t.retention_ms is not null)
delete from event_log.records r using due where r.topic = due.topic and r.partition = due.partition and r."offset" < due.keep`;

/** Of a compacted topic the last record of a key is kept, and whatever is too young for its readers to have seen. */
const COMPACT = `
with last as (
  select r.topic, r.partition, r.key, max(r."offset") as "offset"
    from event_log.records r join event_log.topics t on t.id = r.topic and t.compacted
   where r.key is not null group by r.topic, r.partition, r.key)
delete from event_log.records r using last, event_log.topics t
 where t.id = r.topic and r.topic = last.topic and r.partition = last.partition and r.key = last.key and r."offset" < last."offset"
   and r.appended_at < now() - t.min_compaction_lag_ms * interval '1 ms'`;

/** Partition by partition in their order, as appends lock them. */
const BEGINNINGS = `
with first as (
  select p.topic, p.partition, coalesce(
           (select r."offset" from event_log.records r where r.topic = p.topic and r.partition = p.partition order by r."offset" limit 1),
           p.next_offset) as "offset"
    from event_log.partitions p order by p.topic, p.partition for update of p)
update event_log.partitions p set first_offset = first."offset" from first
 where p.topic = first.topic and p.partition = first.partition and p.first_offset <> first."offset"`;

/** Members of groups that are gone, and their groups’ rows, stay: a group keeps its position however long nobody reads. */
export const enforceRetention = async (database: LogDatabase): Promise<void> => {
  await database.transaction(async (query: Query) => {
    const [answer] = await query<{ leads: boolean }>(LEAD);
    if (!answer?.leads) return;
    await query(EXPIRE);
    await query(COMPACT);
    await query(BEGINNINGS);
  });
};

/** Deletes by age and compacts, now and then. */
export class Retention {
  private readonly timer: NodeJS.Timeout;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly database: LogDatabase,
    private readonly logger: Logger,
  ) {
    this.timer = setInterval(() => {
      this.running = this.enforce();
    }, EVERY_MS).unref();
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  private async enforce(): Promise<void> {
    try {
      await enforceRetention(this.database);
    } catch (error) {
      if (!(error instanceof DependencyDown)) this.logger.error({ err: error }, 'old records could not be deleted');
    }
  }
}
