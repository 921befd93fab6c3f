import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

const AGAIN_AFTER_MS = 1_000;

export interface LeaderOptions {
  readonly url: string;
  /** Processes that name the same work of the same service have one leader among them. */
  readonly work: string;
  /** Called at every notification on the channel of that name, by leader and others alike. */
  readonly onNotify?: () => void;
}

export interface Leader {
  readonly leads: boolean;
  /** Tells every process of the same work, this one too. Never fails: who listens also polls. */
  notify(): void;
  /** Gives the lead up. */
  stop(): Promise<void>;
}

/**
 * Stands for election until it is stopped. The lead is an advisory lock on a connection of its own: a process that dies, or is cut off
 * from the database, has lost it at once, and another one takes it within a second.
 */
export function standForLeader({ url, work, onNotify }: LeaderOptions): Leader {
  const stopped = new AbortController();
  let leads = false;
  let client: pg.Client | undefined;

  const tenure = async (): Promise<void> => {
    client = new pg.Client({ connectionString: url, keepAlive: true, connectionTimeoutMillis: 5_000, application_name: work });
    const current = client;
    const lost = new Promise<void>((done) => current.once('end', done).once('error', () => done()));
    try {
      await current.connect();
      current.on('notification', () => onNotify?.());
      await current.query(`listen ${pg.escapeIdentifier(work)}`);
      while (!stopped.signal.aborted && current === client && !leads) {
        const { rows } = await current.query<{ leads: boolean }>('select pg_try_advisory_lock(7470663, hashtext($1)) as leads', [work]);
        leads = rows[0]?.leads ?? false;
        if (leads) onNotify?.();
        else await Promise.race([pause(), lost]);
      }
      await Promise.race([lost, aborted(stopped.signal)]);
    } catch {
      // The database is away; whoever needs it says so. Another try follows.
    } finally {
      leads = false;
      client = undefined;
      await current.end().catch(() => undefined);
    }
  };
  const pause = () => sleep(AGAIN_AFTER_MS, undefined, { signal: stopped.signal }).catch(() => undefined);
  const standing = (async () => {
    while (!stopped.signal.aborted) {
      await tenure();
      await pause();
    }
  })();

  return {
    get leads() {
      return leads;
    },
    notify: () => void client?.query(`notify ${pg.escapeIdentifier(work)}`).catch(() => undefined),
    stop: () => {
      stopped.abort();
      return standing;
    },
  };
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((done) => (signal.aborted ? done() : signal.addEventListener('abort', () => done(), { once: true })));
