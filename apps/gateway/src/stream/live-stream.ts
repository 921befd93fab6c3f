import type { ServerResponse } from 'node:http';
import { ToolplaneError } from '@toolplane/contracts/errors';
import { mayDo, type Caller } from '@toolplane/service-kit';
import { FollowedChain, type Entry, type Piece } from './followed-chain.js';
import type { Follower } from './followers.js';

/** Milliseconds. */
export interface StreamTimes {
  readonly heartbeat: number;
  /** How often the credential is looked at again. With the time that an answer about one is remembered it stays below a minute. */
  readonly renew: number;
  /** A credential that nobody could vouch for so long is taken for bad. */
  readonly unvouched: number;
  /** A reader that takes nothing for so long is gone. */
  readonly stuck: number;
}
export const STREAM_TIMES: StreamTimes = { heartbeat: 15_000, renew: 10_000, unvouched: 50_000, stuck: 60_000 };

export interface LiveStreamOptions {
  readonly caller: Caller;
  readonly response: ServerResponse;
  /** The last entry that the reader has. */
  readonly after: number;
  readonly wants: (entry: Entry) => boolean;
  readonly read: (after: number, token: string) => Promise<Piece>;
  /** Asks again who calls. Rejects where the credential is no longer good, or nobody can tell. */
  readonly renew: () => Promise<Caller>;
  readonly ended: () => void;
  readonly times?: StreamTimes;
}

const HEAD = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'x-accel-buffering': 'no',
  connection: 'keep-alive',
} as const;
const REFUSALS = new Set(['UNAUTHENTICATED', 'FORBIDDEN', 'TENANT_INACTIVE']);

/** One open stream: server-sent events, kept alive, and ended when its reader may no longer read. */
export class LiveStream implements Follower {
  readonly tenantId: string;
  private readonly chain: FollowedChain;
  private readonly timers: NodeJS.Timeout[];
  private token: string;
  private goodUntil: number;
  private fullSince: number | null = null;
  private open = true;

  constructor(private readonly options: LiveStreamOptions) {
    const { caller, response, after, wants, read, times = STREAM_TIMES } = options;
    this.tenantId = caller.tenantId;
    this.token = caller.token;
    this.goodUntil = performance.now() + times.unvouched;
    this.chain = new FollowedChain({ after, wants, sink: { write: (entry) => this.send(entry) }, read: (last) => read(last, this.token) });
    response.writeHead(200, HEAD);
    response.write('retry: 2000\n\n');
    response.on('drain', () => {
      this.fullSince = null;
      this.chain.drained();
    });
    response.once('close', () => this.end());
    response.once('error', () => this.end());
    this.timers = [setInterval(() => this.beat(times), times.heartbeat), setInterval(() => void this.renew(times), times.renew)];
    void this.chain.catchUp();
  }

  tell(entries: readonly Entry[]): void {
    this.chain.tell(entries);
  }

  end(): void {
    if (!this.open) return;
    this.open = false;
    this.chain.end();
    for (const timer of this.timers) clearInterval(timer);
    const { response, ended } = this.options;
    // Who takes nothing would never see the end of it either.
    if (response.writableNeedDrain) response.destroy();
    else response.end();
    ended();
  }

  private send(entry: Entry): boolean {
    if (!this.open) return false;
    const more = this.options.response.write(`id: ${entry.seq}\nevent: ${entry.kind}\ndata: ${JSON.stringify(entry)}\n\n`);
    if (!more) this.fullSince ??= performance.now();
    return more;
  }

  /** Also looks into the audit: what was missed live is not missed for long. */
  private beat({ stuck }: StreamTimes): void {
    if (this.fullSince !== null) {
      if (performance.now() - this.fullSince >= stuck) this.end();
      return;
    }
    this.options.response.write(': heartbeat\n\n');
    void this.chain.catchUp();
  }

  private async renew({ unvouched }: StreamTimes): Promise<void> {
    try {
      const { tenantId, roles, token } = await this.options.renew();
      if (tenantId !== this.tenantId || !mayDo(roles, 'audit:read')) return this.end();
      this.token = token;
      this.goodUntil = performance.now() + unvouched;
    } catch (error) {
      const refused = error instanceof ToolplaneError && REFUSALS.has(error.code);
      if (refused || performance.now() >= this.goodUntil) this.end();
    }
  }
}
