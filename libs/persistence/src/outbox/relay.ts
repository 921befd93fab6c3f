import type { CloudEvent } from '@toolplane/contracts/envelope';
import { DependencyDown } from '@toolplane/contracts/errors';
import type { Outgoing } from '@toolplane/contracts/events';
import { batchOf } from '../batch-of.js';
import type { Database } from '../database.js';
import { standForLeader } from './leader.js';

export interface RelayHandle {
  /** Ends after the batch in hand and gives the lead up. */
  stop(): Promise<void>;
}

export interface RelayOptions {
  /** How often due times are looked at, in milliseconds; default 200. */
  readonly pollMs?: number;
  /** An event that cannot be sent, though others can: it is tried again, ever later, and never in the way. */
  readonly onRefused?: (event: Outgoing<CloudEvent>, error: unknown) => void;
}

type Send = (events: readonly Outgoing<CloudEvent>[]) => Promise<void>;
interface Row {
  readonly eventId: string;
  readonly topic: string;
  readonly event: Outgoing<CloudEvent>;
}

const BATCH = 500;
const POLL_MS = 200;
const DOWN_PAUSE_MS = 500;
const sent = batchOf({ eventId: 'uuid', topic: 'text' });

/** Select what is due, send it, take it out. A crash between the last two sends it again under the same id. */
export function startRelay(database: Database, send: Send, { pollMs = POLL_MS, onRefused }: RelayOptions): RelayHandle & { readonly wake: () => void } {
  const table = `${database.service}.outbox`;
  const due = `select event_id as "eventId", topic, event from ${table} where due_at <= now() order by due_at, seq limit ${BATCH}`;
  const remove = `delete from ${table} o using ${sent.source} where (o.event_id, o.topic) = (row.event_id, row.topic)`;
  const postpone = `
    update ${table} o set tries = o.tries + 1, last_error = $3, due_at = now() + least(60, power(2, o.tries)) * interval '1 second'
     where o.event_id = $1 and o.topic = $2`;
  let stopped = false;
  let again = false;
  let rouse: (() => void) | undefined;

  const nudge = () => {
    again = true;
    rouse?.();
  };
  const leader = standForLeader({ url: database.workerUrl, work: `${database.service}_outbox`, onNotify: nudge });

  const pass = async (): Promise<number> => {
    const rows = await database.asWorker((tx) => tx.query<Row>(due));
    if (rows.length === 0) return 0;
    const gone = await deliver(rows);
    if (gone.length > 0) await database.asWorker((tx) => tx.query(remove, sent.values(inKeyOrder(gone))));
    return rows.length;
  };

  const deliver = async (rows: readonly Row[]): Promise<readonly Row[]> => {
    try {
      await send(rows.map(({ event }) => event));
      return rows;
    } catch (error) {
      if (error instanceof DependencyDown) throw error;
      return oneByOne(rows);
    }
  };
  const oneByOne = async (rows: readonly Row[]): Promise<readonly Row[]> => {
    const gone: Row[] = [];
    for (const row of rows) {
      try {
        await send([row.event]);
        gone.push(row);
      } catch (error) {
        if (error instanceof DependencyDown) throw error;
        onRefused?.(row.event, error);
        await database.asWorker((tx) => tx.query(postpone, [row.eventId, row.topic, String(error).slice(0, 500)]));
      }
    }
    return gone;
  };

  const rest = (ms: number): Promise<void> =>
    new Promise((done) => {
      const timer = setTimeout(done, ms);
      rouse = () => {
        clearTimeout(timer);
        done();
      };
    });

  const running = (async () => {
    while (!stopped) {
      again = false;
      let pauseMs = pollMs;
      if (leader.leads) {
        try {
          if ((await pass()) === BATCH) continue;
        } catch {
          pauseMs = DOWN_PAUSE_MS; // database or log is away: both say so in their health
          again = false;
        }
      }
      if (!again && !stopped) await rest(pauseMs);
    }
  })();

  return {
    wake: () => (leader.leads ? nudge() : leader.notify()),
    stop: async () => {
      stopped = true;
      rouse?.();
      await running;
      await leader.stop();
    },
  };
}

const inKeyOrder = (rows: readonly Row[]): Row[] => rows.toSorted((a, b) => (a.eventId + a.topic < b.eventId + b.topic ? -1 : 1));
