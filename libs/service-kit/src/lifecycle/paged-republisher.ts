import type { CloudEvent } from '@toolplane/contracts/envelope';
import type { Outgoing } from '@toolplane/contracts/events';
import type { EventLog, PartitionRange, Publisher } from '@toolplane/messaging';
import type { Database, Positions, Tx } from '@toolplane/persistence';
import { SaysAgain } from './log-watch.js';

const BEFORE_ALL = ['', '00000000-0000-0000-0000-000000000000'];
const PAGE_ROWS = 200;

/** What a republisher of rows is made of, from the modules of its service. */
export interface RepublisherParts {
  readonly database: Database;
  readonly positions: Positions;
  readonly publisher: Publisher;
  readonly log: EventLog;
}

/**
 * Says again what lies in rows, a page at a time, however many there are. That the log has lost its records is seen by the positions that
 * are stored with what was read in it: {@link SaysAgain.topics} are topics that the service reads.
 */
export abstract class PagedRepublisher<Row> extends SaysAgain {
  /** Selects rows whose key, of a text and a UUID, is above $1 and $2, in the order of that key, $3 at most. */
  protected abstract readonly page: string;

  constructor(private readonly parts: RepublisherParts) {
    super();
  }

  protected abstract keyOf(row: Row): readonly [string, string];
  protected abstract eventsOf(row: Row): readonly Outgoing<CloudEvent>[];

  hasLost(tx: Tx, ranges: () => Promise<readonly PartitionRange[]>): Promise<boolean> {
    return this.parts.positions.isBehind(tx, this.parts.log.clusterId, ranges);
  }

  async sayAgain(): Promise<number> {
    const { database, positions, publisher } = this.parts;
    await database.asWorker((tx) => positions.disown(tx));
    let after: readonly string[] = BEFORE_ALL;
    for (let said = 0; ; ) {
      const rows = await database.asWorker((tx) => tx.query<Row & object>(this.page, [...after, PAGE_ROWS]));
      const events = rows.flatMap((row) => this.eventsOf(row));
      await publisher.publish(events);
      said += events.length;
      const last = rows.at(-1);
      if (!last || rows.length < PAGE_ROWS) return said;
      after = this.keyOf(last);
    }
  }
}
