import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';

/** What a breaker stands before. */
export interface Destination {
  readonly tenantId: string;
  readonly toolId: string;
  /** Scheme, host and port, or what else a provider calls its destination. */
  readonly origin: string;
}

const HASH_CHARACTERS = 16;
const hashes = new LRUCache<string, string>({ max: 1_000 });

/** `<tenant>:<tool id>:<hash of the origin>`: fits a path of a URL, and is the same in every worker. */
export function breakerId({ tenantId, toolId, origin }: Destination): string {
  let hash = hashes.get(origin);
  if (hash === undefined) {
    hash = createHash('sha256').update(origin).digest('hex').slice(0, HASH_CHARACTERS);
    hashes.set(origin, hash);
  }
  return `${tenantId}:${toolId}:${hash}`;
}
