/** How far the database of a service stands in one partition of one log. */
export interface StoredPosition {
  readonly clusterId: string;
  readonly topic: string;
  readonly partition: number;
  readonly nextOffset: bigint;
}

/** What a service's database says of how far it has come: it may be older than the log's own word, because it was restored. */
export abstract class StoredPositions {
  /** Resolves when the database could be asked. */
  abstract stored(): Promise<readonly StoredPosition[]>;
}
