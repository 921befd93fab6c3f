import { LRUCache } from 'lru-cache';
import { Client, Pool, type Dispatcher } from 'undici';
import { connect, type ConnectParts, type Target } from '../connect/connect.js';

const MAX_HEADER_BYTES = 16_384;
/** An idle connection goes before most servers would close it under our hands. */
const KEEP_ALIVE_MS = 4_000;
const LONGEST_KEEP_ALIVE_MS = 30_000;
/** A name is looked up again after this long, however busy its connections are. */
const CONNECTION_LIFE_MS = 60_000;
const MOST_POOLS = 500;

export interface Lease {
  readonly dispatcher: Dispatcher;
  /** Used for this request only; the server is told. */
  readonly once: boolean;
  /** To be called when the answer is read. */
  release(): void;
}

/**
 * Connections, each opened by the guarded connector. They are kept only for tools that are idempotent: a server may close a kept one just
 * when the next request is on its way, and only those may then be sent again. Kept ones never change tenant, tool, credential or policy.
 */
export class Connections {
  #pools = new LRUCache<string, Pool>({ max: MOST_POOLS, dispose: (pool) => void pool.close().catch(() => undefined) });
  #rules: unknown;

  constructor(private readonly parts: ConnectParts) {}

  /** @param key whose connection it is; null for one that is used once. */
  open(key: string | null, target: Target): Lease {
    if (key === null) {
      const client = new Client(target.url.origin, this.#options(target));
      return { dispatcher: client, once: true, release: () => void client.destroy().catch(() => undefined) };
    }
    if (this.#rules !== target.rules) this.#forget(target.rules);
    let pool = this.#pools.get(key);
    if (!pool) {
      pool = new Pool(target.url.origin, { ...this.#options(target), clientTtl: CONNECTION_LIFE_MS });
      this.#pools.set(key, pool);
    }
    return { dispatcher: pool, once: false, release: () => undefined };
  }

  close(): Promise<void> {
    this.#forget(null);
    return Promise.resolve();
  }

  /** Another policy: connections that were checked against the old one are not used again. */
  #forget(rules: unknown): void {
    this.#pools.clear();
    this.#rules = rules;
  }

  #options(target: Target): Client.Options {
    return {
      connect: (_options, callback) => {
        connect(target, this.parts).then(
          (socket) => callback(null, socket),
          (error: unknown) => callback(error as Error, null),
        );
      },
      pipelining: 1,
      maxHeaderSize: MAX_HEADER_BYTES,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: LONGEST_KEEP_ALIVE_MS,
    };
  }
}
