import { EventEmitter } from 'node:events';
import { Client } from 'pg';
import type { Logger } from '@toolplane/observability';
import type { LogDatabase } from './database.js';

const CHANNEL = 'event_log';
const POLL_MS = 200;
const AGAIN_AFTER_MS = 1_000;
/** Postgres takes no longer payload. Without one whoever hears it looks. */
const MAX_PAYLOAD = 7_900;

const HEADS = `
select topic, partition, next_offset as next, null as "group", null as generation from event_log.partitions
union all select null, null, null, name, generation from event_log.groups`;

/** How far a partition reaches. */
export interface Head {
  readonly topic: number;
  readonly partition: number;
  readonly next: bigint;
}

interface Row {
  readonly topic: number | null;
  readonly partition: number | null;
  readonly next: string | null;
  readonly group: string | null;
  readonly generation: string | null;
}

/**
 * What is new, asked once for all readers of this process: how far each partition reaches and which generation each group is in. Asked when
 * somebody says that there is something, and every 200 ms in case nobody was heard.
 */
export class Heads {
  private readonly ends = new Map<string, bigint>();
  private readonly generations = new Map<string, bigint>();
  private readonly changes = new EventEmitter().setMaxListeners(0);
  private timer: NodeJS.Timeout | undefined;
  private listener: Client | undefined;
  private asking: Promise<void> | undefined;
  private again = false;
  private saying: Promise<void> | undefined;
  private readonly unsaid = new Map<string, bigint>();
  private groupsChanged = false;
  private closed = false;
  private answeredAt = -Infinity;

  constructor(
    private readonly database: LogDatabase,
    private readonly logger: Logger,
  ) {}

  /** Milliseconds since the log last answered. */
  get silentMs(): number {
    return performance.now() - this.answeredAt;
  }

  end(topic: number, partition: number): bigint {
    return this.ends.get(`${topic} ${partition}`) ?? 0n;
  }

  generation(group: string): bigint {
    return this.generations.get(group) ?? 0n;
  }

  /** Begins to look; does nothing the second time. */
  watch(): void {
    if (this.timer || this.closed) return;
    this.timer = setInterval(() => this.look(), POLL_MS);
    this.look();
    void this.listen();
  }

  /** Calls back after every look. @returns what ends that */
  onLook(callback: () => void): () => void {
    this.changes.on('look', callback);
    return () => this.changes.off('look', callback);
  }

  /** Looks now, or once more when a look is under way: it may have begun too early. */
  look(): void {
    if (this.closed) return;
    if (this.asking) {
      this.again = true;
      return;
    }
    this.asking = this.ask().finally(() => {
      this.asking = undefined;
      if (!this.again) return;
      this.again = false;
      this.look();
    });
  }

  /** Tells everybody of new records. After the commit, or commits would wait for one another; one at a time, with all news since. */
  say(heads: readonly Head[]): void {
    for (const { topic, partition, next } of heads) {
      const key = `${topic} ${partition}`;
      if (next > (this.unsaid.get(key) ?? 0n)) this.unsaid.set(key, next);
    }
    this.sayNow();
  }

  /** Tells everybody that a group has changed. */
  sayGroup(): void {
    this.groupsChanged = true;
    this.sayNow();
  }

  async close(): Promise<void> {
    this.closed = true;
    clearInterval(this.timer);
    await this.listener?.end().catch(() => undefined);
    await Promise.all([this.asking, this.saying]);
  }

  private async ask(): Promise<void> {
    try {
      for (const { topic, partition, next, group, generation } of await this.database.query<Row & Record<string, unknown>>(HEADS)) {
        if (group !== null) this.generations.set(group, BigInt(generation ?? 0));
        else this.reaches(`${topic} ${partition}`, BigInt(next ?? 0));
      }
      this.answeredAt = performance.now();
    } catch (error) {
      this.logger.debug({ err: error }, 'the event log did not answer');
    }
    this.changes.emit('look');
  }

  private reaches(key: string, next: bigint): void {
    if (next > (this.ends.get(key) ?? 0n)) this.ends.set(key, next);
  }

  private sayNow(): void {
    this.saying ??= this.sayAll().finally(() => {
      this.saying = undefined;
    });
  }

  private async sayAll(): Promise<void> {
    while ((this.unsaid.size > 0 || this.groupsChanged) && !this.closed) {
      const news = this.groupsChanged ? '' : Array.from(this.unsaid, ([key, next]) => `${key} ${next}`).join(',');
      this.unsaid.clear();
      this.groupsChanged = false;
      // Who does not hear it looks by itself soon.
      await this.database.query(`select pg_notify('${CHANNEL}', $1)`, [news.length > MAX_PAYLOAD ? '' : news]).catch(() => undefined);
    }
  }

  private heard(news: string | undefined): void {
    if (!news) return this.look();
    for (const head of news.split(',')) {
      const at = head.lastIndexOf(' ');
      this.reaches(head.slice(0, at), BigInt(head.slice(at + 1)));
    }
    this.changes.emit('look');
  }

  private async listen(): Promise<void> {
    const client = new Client({ connectionString: this.database.url, connectionTimeoutMillis: 3_000, keepAlive: true });
    const lost = (): void => {
      if (this.closed || this.listener !== client) return;
      this.listener = undefined;
      // Closed in the meantime: nobody listens any more.
      setTimeout(() => void (this.closed ? undefined : this.listen()), AGAIN_AFTER_MS).unref();
    };
    this.listener = client;
    client.on('error', lost);
    client.on('end', lost);
    client.on('notification', ({ payload }) => this.heard(payload));
    try {
      await client.connect();
      await client.query(`listen ${CHANNEL}`);
    } catch {
      await client.end().catch(() => undefined);
      lost();
    }
  }
}
